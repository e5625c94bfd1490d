/** What a reader waits for on a node that wants only what its readers want: peers and web seed, in virtual time. */
import { describe, expect, it } from 'vitest';
import type { PieceIndex } from '../../../shared/units.ts';
import {
  ask,
  DELAY_MS,
  fleetOf,
  HEDGE_MS,
  hadByFirst,
  RTT_MS,
  readOne,
  smallSet,
} from '../../support/cold-readers.ts';
import type { VirtualNode, VirtualSwarm, VirtualTorrent } from '../../support/virtual-swarm.ts';

describe('what nobody has', () => {
  it('is asked of the origin at once, and is there after one round trip', () => {
    const { swarm, nodes } = fleetOf(8, 1);
    for (let index = 0; index < 20; index++) {
      expect(readOne(swarm, nodes[0] as VirtualNode, smallSet(index))).toBe(RTT_MS);
      swarm.run(500);
    }
    expect((nodes[0] as VirtualNode).engine.counters.racedBytes).toBe(0);
  });
});

describe('what a sibling has', () => {
  it('comes from it, but for the budget of races, and no later than a round trip after the word of it', () => {
    const { swarm, nodes } = fleetOf(8, 2);
    const [, second] = nodes as [VirtualNode, VirtualNode];
    const torrents = hadByFirst(swarm, nodes, 60);
    const times = torrents.map((torrent) => {
      const took = readOne(swarm, second, torrent);
      swarm.run(500);
      return took;
    });
    expect(Math.max(...times.slice(5))).toBeLessThanOrEqual(HEDGE_MS + 2 * RTT_MS);
    expect(second.webSeedBytes / (60 * 61_440)).toBeLessThan(0.12);
  });
});

describe('never slower than without the swarm', () => {
  const worst = (times: readonly number[]) => Math.max(...times);
  const readAll = (swarm: VirtualSwarm, node: VirtualNode, torrents: readonly VirtualTorrent[]) =>
    torrents.map((torrent) => {
      const took = readOne(swarm, node, torrent);
      swarm.run(300);
      return took;
    });

  it('with peers that died and whose connections stand', () => {
    const { swarm, nodes } = fleetOf(4, 3);
    const [first, second] = nodes as [VirtualNode, VirtualNode];
    const torrents = hadByFirst(swarm, nodes, 40);
    readAll(swarm, second, torrents.slice(0, 8));
    first.isUp = false;
    expect(worst(readAll(swarm, second, torrents.slice(8)))).toBeLessThanOrEqual(
      RTT_MS + HEDGE_MS + 2 * RTT_MS,
    );
  });

  it('with peers of 4 KiB/s', () => {
    const { swarm, nodes } = fleetOf(4, 4, (index) => (index === 0 ? { upBytesPerSecond: 4_096 } : {}));
    const torrents = hadByFirst(swarm, nodes, 30);
    const times = readAll(swarm, nodes[1] as VirtualNode, torrents);
    // Its handshake alone takes 50 ms.
    expect(worst(times)).toBeLessThanOrEqual(RTT_MS + HEDGE_MS + 2 * RTT_MS + 50);
  });

  it('with peers that lie', () => {
    const { swarm, nodes } = fleetOf(4, 5, (index) =>
      index === 0 ? { lie: (_piece, bytes) => bytes.map((byte) => byte ^ 1) } : {},
    );
    const torrents = hadByFirst(swarm, nodes, 30);
    const second = nodes[1] as VirtualNode;
    const times = readAll(swarm, second, torrents);
    expect(worst(times)).toBeLessThanOrEqual(RTT_MS + HEDGE_MS + 2 * RTT_MS);
    expect(second.banned).toEqual([(nodes[0] as VirtualNode).peerId]);
  });

  it('with a web seed that hangs: peers that have the piece are asked all the same', () => {
    const { swarm, nodes } = fleetOf(4, 6);
    const torrents = hadByFirst(swarm, nodes, 20);
    swarm.fetch = () => {};
    const times = readAll(swarm, nodes[1] as VirtualNode, torrents);
    expect(worst(times)).toBeLessThanOrEqual(HEDGE_MS + 4 * RTT_MS);
  });
});

describe('threat row 49: a flash crowd', () => {
  it.each([1])(
    'of eight edges and 100 images, all at once, costs the origin 1.1 copies at most, seed %i',
    (seed) => {
      const rate = 2_500_000;
      const { swarm, nodes } = fleetOf(8, seed, () => ({ upBytesPerSecond: rate }));
      thinOrigin(swarm, rate);
      const torrents = Array.from({ length: 100 }, (_, index) => smallSet(index));
      // The fleet is linked: the first image of the day was asked for at each edge.
      for (const node of nodes) readOne(swarm, node, smallSet(10_000));
      swarm.run(5_000);
      for (const node of nodes) node.webSeedBytes = 0;
      const took = nodes.map((node) => {
        const order = torrents.slice();
        for (let at = order.length - 1; at > 0; at--) {
          const other = swarm.random.integer(at + 1);
          [order[at], order[other]] = [order[other] as VirtualTorrent, order[at] as VirtualTorrent];
        }
        return shopper(swarm, node, order, 12);
      });
      expect(swarm.runUntil(() => took.map((isDone) => isDone()).every(Boolean), 120_000)).toBe(true);
      const copies = nodes.reduce((sum, { webSeedBytes }) => sum + webSeedBytes, 0) / (100 * 61_440);
      expect(copies).toBeLessThan(1.1);
    },
    120_000,
  );

  /** Asks for so many at a time, as a browser does. @returns whether all came */
  function shopper(swarm: VirtualSwarm, node: VirtualNode, order: readonly VirtualTorrent[], atOnce: number) {
    let next = 0;
    let running: (() => number | undefined)[] = [];
    return () => {
      running = running.filter((took) => took() === undefined);
      while (running.length < atOnce && next < order.length)
        running.push(ask(swarm, node, order[next++] as VirtualTorrent));
      return running.length === 0;
    };
  }

  /** The web seed's answers share one uplink. */
  function thinOrigin(swarm: VirtualSwarm, bytesPerSecond: number): void {
    let freeAt = 0;
    swarm.fetch = (from, torrent, fetch, firstPiece, pieceCount) => {
      const truth = swarm.torrents.get(torrent) as VirtualTorrent;
      let at = Math.max(freeAt, swarm.now + DELAY_MS);
      for (let i = 0; i < pieceCount; i++) {
        const piece = (firstPiece + i) as PieceIndex;
        const bytes = truth.pieces[piece]?.slice() as Uint8Array;
        at += (bytes.length * 1000) / bytesPerSecond;
        swarm.at(at + DELAY_MS, () => {
          from.webSeedBytes += bytes.length;
          from.input({ type: 'webSeedPiece', torrent, piece, bytes });
        });
      }
      freeAt = at;
      swarm.at(at + DELAY_MS, () => from.input({ type: 'webSeedEnded', torrent, fetch, ok: true }));
    };
  }
});
