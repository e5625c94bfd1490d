/**
 * What one step costs, in looks: turns of loops over maps, sets and arrays, and bits of bitfields looked at. Counted,
 * not timed, so that it is the same on every machine.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { Bitfield } from '../../../shared/bitfield.ts';
import type { EngineInput } from '../../../shared/engine/inputs.ts';
import { Geometry } from '../../../shared/geometry.ts';
import type { PieceIndex } from '../../../shared/units.ts';
import { randomTorrent, type VirtualNode, VirtualSwarm } from '../../support/virtual-swarm.ts';

const BLOCK = 16_384;
const iterators = [new Map().values(), new Set().values(), [].values()].map(
  (iterator) => Object.getPrototypeOf(iterator) as { next: () => unknown },
);
const originals = iterators.map((prototype) => prototype.next);
const originalHas = Bitfield.prototype.has;
let looks = 0;

/** Counts what happens inside the engine's steps, and nothing of the test around them. */
function counted(run: () => unknown): void {
  iterators.forEach((prototype, i) => {
    prototype.next = function next(this: unknown) {
      looks++;
      return (originals[i] as () => unknown).call(this);
    };
  });
  Bitfield.prototype.has = function has(this: Bitfield, index: number) {
    looks++;
    return originalHas.call(this, index);
  };
  try {
    run();
  } finally {
    restore();
  }
}

function restore(): void {
  iterators.forEach((prototype, i) => {
    prototype.next = originals[i] as () => unknown;
  });
  Bitfield.prototype.has = originalHas;
}
afterEach(restore);

/** Looks per step of a kind, while the node takes or gives `blocks` more blocks. */
function looksPerStep(swarm: VirtualSwarm, node: VirtualNode, blocks: number): Map<string, number> {
  const sums = new Map<string, { looks: number; steps: number }>();
  const { engine } = node;
  const step = engine.step;
  engine.step = (input: EngineInput, now: number) => {
    let result: ReturnType<typeof step> | undefined;
    looks = 0;
    counted(() => {
      result = step(input, now);
    });
    const sum = sums.get(input.type) ?? { looks: 0, steps: 0 };
    sums.set(input.type, { looks: sum.looks + looks, steps: sum.steps + 1 });
    return result as ReturnType<typeof step>;
  };
  const moved = () => engine.counters.fromPeersBytes + engine.counters.uploadedBytes;
  const end = moved() + blocks * BLOCK;
  expect(swarm.runUntil(() => moved() >= end, 600_000)).toBe(true);
  engine.step = step;
  return new Map([...sums].map(([type, sum]) => [type, sum.looks / sum.steps]));
}

/** One seed, one node that takes, one that took half already: requests, blocks and HAVE messages go all ways. */
function swarmOf(torrentCount: number, pieceCount: number, blocksPerPiece = 1, superSeed = false) {
  const swarm = new VirtualSwarm(1);
  const pieceLength = BLOCK * blocksPerPiece;
  const geometry = new Geometry(pieceLength, [pieceLength * pieceCount]);
  const torrents = Array.from({ length: torrentCount }, (_, i) => randomTorrent(geometry, i + 1));
  for (const torrent of torrents) swarm.addTorrent(torrent);
  const upBytesPerSecond = 4_000_000;
  const seed = swarm.addNode('seed', { upBytesPerSecond });
  const [node, other] = ['node', 'other'].map((name) => swarm.addNode(name, { upBytesPerSecond }));
  for (const torrent of torrents) seed.add(torrent, { seed: true, superSeed });
  for (const torrent of torrents) node!.add(torrent, {});
  for (const torrent of torrents) other!.add(torrent, {});
  const { engine } = node as VirtualNode;
  expect(swarm.runUntil(() => engine.counters.fromPeersBytes > 20 * BLOCK, 600_000)).toBe(true);
  return { swarm, seed, node: node as VirtualNode, torrents };
}

/** Half of them complete, half wanted by nobody. */
function addQuiet(node: VirtualNode, count: number): void {
  const geometry = new Geometry(BLOCK, [40 * BLOCK]);
  for (let i = 0; i < count; i++) {
    const { infoHash, infoHashV2 } = randomTorrent(new Geometry(BLOCK, [1]), 10_000 + i);
    const verified = i % 2 === 0 ? Bitfield.full(40) : Bitfield.empty(40);
    const how = { want: i % 2 === 0 ? 'all' : 'none', superSeed: false, webSeed: true } as const;
    node.input({ type: 'addTorrent', torrent: infoHash, infoHashV2, geometry, verified, ...how });
  }
}

describe('what a step costs', () => {
  it('does not grow with the torrents on a link', () => {
    const few = swarmOf(10, 40);
    const many = swarmOf(1_000, 2);
    const [before, after] = [few, many].map(({ swarm, node }) => looksPerStep(swarm, node, 200));
    for (const [type, few] of before as Map<string, number>)
      expect((after as Map<string, number>).get(type), `${type}, ${few} with few torrents`).toBeLessThan(
        2 * few + 10,
      );
  });

  it('of an origin that super-seeds does not grow with the torrents on a link', () => {
    const few = swarmOf(10, 40, 1, true);
    const many = swarmOf(1_000, 2, 1, true);
    const [before, after] = [few, many].map(({ swarm, seed }) => looksPerStep(swarm, seed, 200));
    expect(before?.has('tick')).toBe(true);
    for (const [type, few] of before as Map<string, number>)
      expect((after as Map<string, number>).get(type) ?? 0, `${type}, ${few} with few torrents`).toBeLessThan(
        2 * few + 10,
      );
  });

  for (const role of ['node', 'seed'] as const) {
    it(`does not grow with the torrents that are complete, nor with those nobody wants (${role})`, () => {
      const [before, after] = [10, 10_000].map((idleCount) => {
        const swarm = swarmOf(20, 15);
        addQuiet(swarm[role], idleCount);
        return looksPerStep(swarm.swarm, swarm[role], 200);
      });
      for (const [type, few] of before as Map<string, number>)
        expect((after as Map<string, number>).get(type) ?? 0, type).toBeLessThan(1.2 * few + 5);
    });
  }

  for (const blocksPerPiece of [1, 4]) {
    it(`does not grow with the pieces of a torrent (${blocksPerPiece} blocks each)`, () => {
      const [before, after] = [100, 4_000].map((pieceCount) => {
        const { swarm, node } = swarmOf(1, pieceCount, blocksPerPiece);
        return looksPerStep(swarm, node, 60);
      });
      for (const [type, few] of before as Map<string, number>)
        expect((after as Map<string, number>).get(type) ?? 0, `${type}, ${few}`).toBeLessThan(2 * few + 10);
    });
  }

  it("a reader's wish costs what it names, and not what the torrent has", () => {
    const [before, after] = [100, 4_000].map((pieceCount) => {
      const { swarm, node, torrents } = swarmOf(1, pieceCount);
      looks = 0;
      counted(() => {
        for (let reader = 0; reader < 10; reader++) {
          const pieces = [50 + reader, 51 + reader] as PieceIndex[];
          const { infoHash: torrent } = torrents[0]!;
          node.engine.step({ type: 'readerWants', torrent, reader, pieces }, swarm.now);
          node.engine.step({ type: 'readerLeft', torrent, reader }, swarm.now);
        }
      });
      return looks;
    });
    expect(after).toBeLessThan(2 * (before as number) + 10);
  });
});
