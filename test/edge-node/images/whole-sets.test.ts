/** A restarted edge knows which sets are whole: it joins them without a look, serves them, and finds what is gone. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeImageSet, SET_BYTES } from '../support/image-set.ts';
import { eventually, TestEdge } from '../support/test-edge.ts';
import { TestOrigin } from '../support/test-origin.ts';

async function stoppedWithOneSet(prefetch: 'all' | 'none' = 'all') {
  const origin = await TestOrigin.start();
  await origin.joinSwarm();
  const set = await makeImageSet(1);
  await origin.publish(set);
  const first = await TestEdge.start(origin.url, { prefetch });
  if (prefetch === 'none')
    for (const name of set.files.keys()) await eventually(() => expectSame(first, set, name));
  await eventually(async () => expect((await first.status()).images.complete).toBe(1));
  await first.stop();
  return { origin, set, dataFolder: first.config.dataFolder };
}

type Set = Awaited<ReturnType<typeof makeImageSet>>;

async function expectSame(edge: TestEdge, { image, files }: Set, name: string): Promise<void> {
  const bytes = await edge.bytes(`/images/${image.id}/${name}`);
  expect(bytes.equals(files.get(name) as Buffer), name).toBe(true);
}

describe('sets that were whole when the edge stopped', () => {
  it('are joined, served and announced again, and not a byte is fetched', async () => {
    const { origin, set, dataFolder } = await stoppedWithOneSet();
    expect(readFileSync(join(dataFolder, 'complete'), 'latin1')).toContain(`+${set.image.infoHash}`);
    const edge = await TestEdge.start(origin.url, { dataFolder });
    await eventually(async () => expect((await edge.status()).images).toEqual({ known: 1, complete: 1 }));
    for (const name of set.files.keys()) await expectSame(edge, set, name);
    const { bytes } = await edge.status();
    expect(bytes).toMatchObject({ wanted: SET_BYTES, verified: SET_BYTES, fromPeers: 0, fromOrigin: 0 });
    expect((await edge.bytes(`/torrents/${set.image.infoHash}.torrent`)).equals(set.metainfo.bytes)).toBe(
      true,
    );
  });

  it('a second request for a rendition comes from memory, as ever', async () => {
    const { origin, set, dataFolder } = await stoppedWithOneSet();
    const edge = await TestEdge.start(origin.url, { dataFolder });
    await eventually(async () => expect((await edge.status()).images.complete).toBe(1));
    const path = `/images/${set.image.id}/160.jpg`;
    const statuses = [await edge.get(path), await edge.get(path)].map((answer) =>
      answer.headers.get('server-timing'),
    );
    expect(statuses[0]).toContain('disk');
    expect(statuses[1]).toContain('memory');
  });

  it('whose files somebody took away are fetched again though nobody asks', async () => {
    const { origin, dataFolder } = await stoppedWithOneSet();
    rmSync(join(dataFolder, 'pieces'), { recursive: true });
    const edge = await TestEdge.start(origin.url, { dataFolder });
    await eventually(async () => {
      const { bytes } = await edge.status();
      expect(bytes.fromPeers + bytes.fromOrigin).toBe(SET_BYTES);
    });
    expect((await edge.status()).images.complete).toBe(1);
  });

  it('that are purged are gone from the notes, and come whole when they are published again', async () => {
    const { origin, set, dataFolder } = await stoppedWithOneSet();
    const edge = await TestEdge.start(origin.url, { dataFolder });
    await eventually(async () => expect((await edge.status()).images.complete).toBe(1));
    origin.purge(set);
    await eventually(async () => expect((await edge.status()).images.known).toBe(0));
    await eventually(() => expect(existsSync(join(dataFolder, 'torrents', set.image.infoHash))).toBe(false));
    await edge.stop();
    expect(readFileSync(join(dataFolder, 'complete'), 'latin1')).toContain(`-${set.image.infoHash}`);
    await origin.publish(set);
    const again = await TestEdge.start(origin.url, { dataFolder });
    await eventually(async () => expect((await again.status()).images.complete).toBe(1));
    for (const name of set.files.keys()) await expectSame(again, set, name);
  });

  it('count for the byte budget of an edge that does not prefetch', async () => {
    const { origin, set, dataFolder } = await stoppedWithOneSet('none');
    const edge = await TestEdge.start(origin.url, { dataFolder, prefetch: 'none' });
    await eventually(async () => expect((await edge.status()).images.complete).toBe(1));
    expect(await edge.metric(/shoal_edge_cache_bytes\{tier="disk"\}/)).toBe(SET_BYTES);
    await expectSame(edge, set, '640.jpg');
  });
});
