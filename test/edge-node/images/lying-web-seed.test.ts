/** An origin whose HTTP gives wrong bytes, by a disk or a proxy that does, and whose node of the swarm gives right ones. */
import { expect, test } from 'vitest';
import { makeImageSet } from '../support/image-set.ts';
import { eventually, TestEdge } from '../support/test-edge.ts';
import { TestOrigin } from '../support/test-origin.ts';

test('RW1: what the web seed gave wrong a reader gets over the wire', async () => {
  const origin = await TestOrigin.start();
  const set = await makeImageSet(1);
  await origin.publish(set);
  const path = `/images/${set.image.id}/640.jpg`;
  let lies = 0;
  origin.intercept = ({ url, headers }, response) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (url !== path || first === undefined) return false;
    lies++;
    const bytes = Buffer.alloc(Number(last) + 1 - Number(first));
    const range = `bytes ${first}-${last}/100000`;
    response.writeHead(206, { 'content-length': bytes.length, 'content-range': range }).end(bytes);
    return true;
  };
  const edge = await TestEdge.start(origin.url, { prefetch: 'none' });
  await eventually(async () => expect((await edge.status()).images.known).toBe(1));
  expect((await edge.bytes(path)).equals(set.files.get('640.jpg') as Buffer)).toBe(true);
  expect(lies).toBe(1);
});
