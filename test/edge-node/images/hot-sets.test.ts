import { describe, expect, it, test } from 'vitest';
import { HOT_REQUESTS, HotSets } from '../../../edge-node/images/hot-sets.ts';
import { tinyImage } from '../../support/tiny-image.ts';
import { makeImageSet, SET_BYTES } from '../support/image-set.ts';
import { eventually, TestEdge } from '../support/test-edge.ts';
import { TestOrigin } from '../support/test-origin.ts';

describe('a set is fetched whole', () => {
  const image = tinyImage('a');

  function hotSets({ requests = HOT_REQUESTS, isJoined = true, allBytes = 10, budgetBytes = 30 }) {
    const fetched: string[] = [];
    const hot = new HotSets({
      popularityOf: () => requests,
      joined: () => (isJoined ? image : undefined),
      taken: () => ({ allBytes, ownBytes: 10 }),
      budgetBytes,
      fetchWhole: ({ id }) => fetched.push(id),
    });
    return { hot, fetched };
  }

  it.each([
    ['once it was asked for often', {}, 1],
    ['not before', { requests: HOT_REQUESTS - 0.01 }, 0],
    ['not while it is joined no more, or not yet', { isJoined: false }, 0],
    ['while what it lacks fits the budget', { allBytes: 20 }, 1],
    ['not beyond the budget: fetching ahead never evicts', { allBytes: 21 }, 0],
  ])('%s', (_when, given, times) => {
    const { hot, fetched } = hotSets(given);
    hot.asked(image.infoHash);
    hot.asked(image.infoHash);
    expect(fetched.length).toBe(times);
  });

  it('again after it was gone', () => {
    const { hot, fetched } = hotSets({});
    hot.asked(image.infoHash);
    hot.gone(image.infoHash);
    hot.asked(image.infoHash);
    expect(fetched.length).toBe(2);
  });
});

test('an edge with --prefetch hot has the other renditions of what is asked for often, and only those', async () => {
  const origin = await TestOrigin.start();
  await origin.joinSwarm();
  const [often, once] = [await makeImageSet(1), await makeImageSet(2)];
  await origin.publish(often);
  await origin.publish(once);
  const edge = await TestEdge.start(origin.url, { prefetch: 'hot' });
  await eventually(async () => expect((await edge.status()).images.known).toBe(2));
  await edge.bytes(`/images/${once.image.id}/160.jpg`);
  for (let request = 0; request < HOT_REQUESTS + 1; request++)
    await edge.bytes(`/images/${often.image.id}/160.jpg`);
  await eventually(async () => expect((await edge.status()).images).toEqual({ known: 2, complete: 1 }));
  const { bytes } = await edge.status();
  expect(bytes.verified).toBe(SET_BYTES + (once.files.get('160.jpg') as Buffer).length);
  const answer = await edge.get(`/images/${often.image.id}/640.jpg`);
  expect(answer.headers.get('server-timing')).toContain('disk');
});

test('an edge with --prefetch none never has more than what was asked for', async () => {
  const origin = await TestOrigin.start();
  await origin.joinSwarm();
  const set = await makeImageSet(3);
  await origin.publish(set);
  const edge = await TestEdge.start(origin.url, { prefetch: 'none' });
  await eventually(async () => expect((await edge.status()).images.known).toBe(1));
  for (let request = 0; request < 2 * HOT_REQUESTS; request++)
    await edge.bytes(`/images/${set.image.id}/160.jpg`);
  const { bytes, images } = await edge.status();
  expect([bytes.verified, images.complete]).toEqual([(set.files.get('160.jpg') as Buffer).length, 0]);
});
