/** What a feed costs the origin's uplink while little happens. */
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { standStill, timersNext } from '../../support/stand-still.ts';
import { Client, endFeeds, rig } from '../support/feed-rig.ts';

afterEach(endFeeds);

test('FE1: heads and fleets go out deflated, in binary messages', async () => {
  const { url } = await rig();
  const edge = new Client(url);
  const lengths: number[] = [];
  edge.socket.on('message', (data, isBinary) => {
    if (isBinary) lengths.push((data as Buffer).length);
  });
  await edge.hello();
  const [head, fleet] = [await edge.frame('head'), await edge.frame('fleet')];
  expect(lengths.length).toBeGreaterThanOrEqual(2);
  expect(lengths[0]).toBeLessThan(JSON.stringify(head).length * 0.6);
  expect(lengths[1]).toBeLessThan(JSON.stringify(fleet).length);
});

test('FE2: an edge that told something lately is not pinged, one that was silent is', async () => {
  let now = 1_000_000;
  const { url } = await rig(
    { headEveryMs: 20, pingEveryMs: 20, silentMs: 1_000 },
    undefined,
    undefined,
    () => now,
  );
  const edge = new Client(url);
  let pings = 0;
  edge.socket.on('ping', () => pings++);
  await edge.hello();
  await edge.until(() => (edge.heads().length >= 8 ? true : undefined));
  expect(pings, 'heard just now, by a clock that stands').toBe(0);
  now += 10;
  await once(edge.socket, 'ping');
});

test('AW1: edges that were not heard while the origin stood still are asked, and stay', async () => {
  const { url, feed } = await rig({ pingEveryMs: 100, silentMs: 2_000 });
  const edge = new Client(url);
  await edge.hello();
  await edge.frame('welcome');
  await timersNext();
  standStill(3_000);
  for (let pings = 0; pings < 3; pings++) await once(edge.socket, 'ping');
  expect(feed.sockets).toBe(1);
});
