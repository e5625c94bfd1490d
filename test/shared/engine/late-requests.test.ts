import { describe, expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import type { PieceIndex } from '../../../shared/units.ts';
import {
  randomTorrent,
  type VirtualNode,
  VirtualSwarm,
  type VirtualTorrent,
} from '../../support/virtual-swarm.ts';

const BLOCK = 16_384;

interface Received {
  readonly at: number;
  readonly peerId: string;
  readonly torrent: string;
  readonly piece: number;
}

/** Seeds with these uplinks, and a node that wants everything; `received` fills with the blocks it takes. */
function swarmOf(seed: number, uplinks: readonly number[], torrents: readonly VirtualTorrent[]) {
  const swarm = new VirtualSwarm(seed);
  for (const torrent of torrents) swarm.addTorrent(torrent);
  const seeds = uplinks.map((upBytesPerSecond, i) => swarm.addNode(`seed ${i}`, { upBytesPerSecond }));
  const node = swarm.addNode('node', { engine: { trace: true } });
  const received: Received[] = [];
  const { step } = node.engine;
  node.engine.step = (input, now) => {
    const result = step(input, now);
    for (const action of result.actions) {
      if (action.type === 'trace' && action.event.type === 'blockReceived')
        received.push({ at: now, ...action.event });
    }
    return result;
  };
  for (const one of [...seeds, node])
    for (const torrent of torrents) one.add(torrent, { seed: one !== node });
  const isDone = () => torrents.every((torrent) => node.holdsAll(torrent));
  return { swarm, seeds, node, received, isDone };
}

const large = (seed: number, blocksPerPiece: number, pieces = 40) =>
  randomTorrent(new Geometry(BLOCK * blocksPerPiece, [BLOCK * blocksPerPiece * pieces]), seed);

describe('a node that is late', () => {
  it('and falls silent loses its requests to others, far sooner than it would be given up', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { swarm, seeds, received, isDone } = swarmOf(seed, [500_000, 500_000], [large(seed, 16, 50)]);
      const [silent] = seeds as [VirtualNode];
      swarm.run(700);
      // Its connections stand, and nothing comes: a power cut.
      silent.isUp = false;
      const begun = new Set(
        received.filter(({ peerId }) => peerId === silent.peerId).map(({ piece }) => piece),
      );
      expect(swarm.runUntil(isDone, 60_000), `seed ${seed}`).toBe(true);
      const rest = received.filter(({ at, piece }) => at > 800 && begun.has(piece));
      expect(rest.length, `seed ${seed}: it left pieces half done`).toBeGreaterThan(0);
      expect(Math.max(...rest.map(({ at }) => at)), `seed ${seed}`).toBeLessThan(4_500);
    }
  });

  it('and slow does not hold the last pieces back, and what comes twice is bounded', () => {
    for (const blocksPerPiece of [1, 4, 16]) {
      const torrent = large(7, blocksPerPiece, 320 / blocksPerPiece);
      const { swarm, node, isDone } = swarmOf(7, [1_000_000, 20_000], [torrent]);
      expect(swarm.runUntil(isDone, 60_000)).toBe(true);
      const atBestMs = torrent.geometry.contentBytes / 1_020;
      expect(swarm.now, `${blocksPerPiece} blocks a piece`).toBeLessThan(1.25 * atBestMs);
      expect(node.engine.counters.wastedBytes / torrent.geometry.contentBytes).toBeLessThan(0.02);
    }
  });
});

it('a node that turns out slow does not bring its pieces to their end: others do', () => {
  const torrent = large(6, 16, 60);
  const { swarm, seeds, received, isDone } = swarmOf(6, [1_000_000, 20_000], [torrent]);
  expect(swarm.runUntil(isDone, 120_000)).toBe(true);
  const slow = seeds[1] as VirtualNode;
  const begun = received.filter(
    ({ peerId, piece }, i) =>
      peerId === slow.peerId && received.findIndex((other) => other.piece === piece) === i,
  );
  expect(begun.length).toBeGreaterThan(0);
  for (const { at, piece } of begun) {
    const times = received.filter((other) => other.piece === piece).map((other) => other.at);
    // Alone it takes 12 s for a piece; eight blocks were asked of it before it showed how slow it is.
    expect(Math.max(...times) - at, `piece ${piece}`).toBeLessThan(9_000);
  }
});

describe('where blocks come from', () => {
  it('a piece from one node as far as possible', () => {
    const torrent = large(3, 8);
    const { swarm, received, isDone } = swarmOf(3, [600_000, 600_000, 600_000], [torrent]);
    expect(swarm.runUntil(isDone, 60_000)).toBe(true);
    const senders = new Map<number, Set<string>>();
    for (const { piece, peerId } of received)
      senders.set(piece, (senders.get(piece) ?? new Set<string>()).add(peerId));
    const mixed = [...senders.values()].filter((peers) => peers.size > 1).length;
    expect(mixed / senders.size).toBeLessThan(0.15);
  });

  it('what a reader waits for comes next, in its order, whatever else is wanted on the link', () => {
    const torrents = Array.from({ length: 30 }, (_, i) => large(100 + i, 1, 20));
    const { swarm, node, received } = swarmOf(4, [300_000], torrents);
    swarm.run(1_000);
    const last = torrents[29] as VirtualTorrent;
    const held = node.stores.get(last.infoHash);
    const pieces = [17, 3, 11, 5].filter((piece) => !held?.has(piece)) as PieceIndex[];
    expect(pieces.length).toBeGreaterThan(1);
    const before = received.length;
    node.input({ type: 'readerWants', torrent: last.infoHash, reader: 1, pieces });
    expect(swarm.runUntil(() => pieces.every((piece) => held?.has(piece)), 10_000)).toBe(true);
    const isAwaited = ({ torrent, piece }: Received) =>
      torrent === last.infoHash && pieces.includes(piece as PieceIndex);
    const since = received.slice(before);
    const firstAt = since.findIndex(isAwaited);
    // What was asked for before the reader came is on its way already.
    expect(since.slice(firstAt).every(isAwaited), 'nothing else between them').toBe(true);
    expect(since.slice(firstAt).map(({ piece }) => piece)).toEqual(pieces);
  });

  it('rarest first over all torrents: a piece that one node has goes before those that all have', () => {
    const [common, rare] = [large(8, 1, 60), large(9, 1, 20)] as const;
    const swarm = new VirtualSwarm(5);
    for (const torrent of [common, rare]) swarm.addTorrent(torrent);
    const seeds = [0, 1, 2].map((i) => swarm.addNode(`seed ${i}`, { upBytesPerSecond: 300_000 }));
    const node = swarm.addNode('node');
    for (const seed of seeds) seed.add(common, { seed: true });
    (seeds[0] as VirtualNode).add(rare, { seed: true });
    for (const torrent of [common, rare]) node.add(torrent, {});
    expect(swarm.runUntil(() => node.holdsAll(rare), 60_000)).toBe(true);
    // The seed that has both gave of the rare one alone, but for what it was asked before its second channel stood.
    const [both] = seeds as [VirtualNode];
    expect(both.engine.counters.uploadedBytes / BLOCK).toBeLessThan(20 + 12);
  });
});
