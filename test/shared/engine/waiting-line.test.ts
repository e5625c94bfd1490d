import { expect, it } from 'vitest';
import type { Torrent } from '../../../shared/engine/torrent.ts';
import { WaitingLine } from '../../../shared/engine/waiting-line.ts';
import { seededRandom, shuffle } from '../../../shared/random.ts';

/** The line looks at nothing else of them. */
const torrents = Array.from({ length: 200 }, (_, order) => ({ order }) as Torrent);
const [first, second, third] = torrents as [Torrent, Torrent, Torrent];
const address = { ip: '10.0.0.1', port: 6881 };

it('CH13: the oldest is taken first, in whatever order they came', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const line = new WaitingLine();
    for (const torrent of shuffle([...torrents], seededRandom(seed))) line.join(torrent, address);
    const taken = torrents.map(() => line.take()?.torrent.order);
    expect(taken, `seed ${seed}`).toEqual(torrents.map(({ order }) => order));
  }
});

it('holds a torrent once, and takes who comes while others are taken', () => {
  const line = new WaitingLine();
  expect(line.take()).toBeUndefined();
  for (const torrent of [third, second, third]) line.join(torrent, address);
  expect(line.size).toBe(2);
  expect(line.has(first)).toBe(false);
  expect(line.take()).toEqual({ torrent: second, address });
  line.join(first, address);
  expect(line.has(first)).toBe(true);
  expect([...line].map(({ torrent }) => torrent.order).sort()).toEqual([0, 2]);
  expect(line.take()?.torrent).toBe(first);
  expect(line.take()?.torrent).toBe(third);
  expect(line.size).toBe(0);
  expect(line.take()).toBeUndefined();
});
