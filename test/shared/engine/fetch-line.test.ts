import { describe, expect, it } from 'vitest';
import { FetchLine } from '../../../shared/engine/fetch-line.ts';
import type { Torrent } from '../../../shared/engine/torrent.ts';
import type { PieceIndex } from '../../../shared/units.ts';
import { ask, fleetOf, hadByFirst, smallSet } from '../../support/cold-readers.ts';
import type { VirtualNode } from '../../support/virtual-swarm.ts';

const torrent = (infoHash: string) => ({ infoHash }) as Torrent;

describe("RW3: readers' fetches from the web seed", () => {
  it('are few at a time; who has waited longest comes next, and its waiting counts', () => {
    const line = new FetchLine(1);
    const [a, b, c] = [torrent('a'), torrent('b'), torrent('c')] as const;
    expect(line.enter(a, 10)).toBe(10);
    expect(line.enter(b, 20)).toBeUndefined();
    expect(line.enter(c, 30)).toBeUndefined();
    expect(line.enter(b, 40)).toBeUndefined();
    expect(line.next()).toBeUndefined();
    line.ended();
    expect(line.next()).toBe(b);
    expect(line.enter(b, 50)).toBe(20);
    line.leave(c);
    line.ended();
    expect(line.next()).toBeUndefined();
  });

  it('are four at most, whatever readers ask for, and the next begins when one ends', () => {
    const { swarm, nodes } = fleetOf(1, 1);
    const [node] = nodes as [VirtualNode];
    const fetches: Parameters<typeof swarm.fetch>[] = [];
    swarm.fetch = (...fetch) => {
      fetches.push(fetch);
    };
    for (let index = 0; index < 12; index++) ask(swarm, node, smallSet(index));
    expect(fetches).toHaveLength(4);
    const [, infoHash, fetch] = fetches[0] as (typeof fetches)[number];
    node.input({ type: 'webSeedEnded', torrent: infoHash, fetch, ok: false });
    expect(fetches).toHaveLength(5);
    for (const [, removed] of fetches.slice(1, 5)) node.input({ type: 'removeTorrent', torrent: removed });
    expect(fetches).toHaveLength(9);
  });

  it('may begin ahead of the torrent as long as there is room for them in the line', () => {
    const { swarm, nodes } = fleetOf(1, 1);
    const [node] = nodes as [VirtualNode];
    const fetches: Parameters<typeof swarm.fetch>[] = [];
    swarm.fetch = (...fetch) => {
      fetches.push(fetch);
    };
    const room = () => [0, 1, 2, 3, 4].map((ahead) => node.engine.wouldAskWebSeed(0, ahead));
    expect(room()).toEqual([true, true, true, true, false]);
    for (let index = 0; index < 3; index++) ask(swarm, node, smallSet(index));
    expect(room()).toEqual([true, false, false, false, false]);
    for (let index = 3; index < 6; index++) ask(swarm, node, smallSet(index));
    const [, infoHash, fetch] = fetches[0] as (typeof fetches)[number];
    node.input({ type: 'webSeedEnded', torrent: infoHash, fetch, ok: false });
    // Others stand in line.
    expect(room()[0]).toBe(false);
  });

  it('begin no sooner than they would be asked for: not while the origin is slow', () => {
    const { swarm, nodes } = fleetOf(1, 1);
    const [node] = nodes as [VirtualNode];
    swarm.fetch = () => {};
    ask(swarm, node, smallSet(0));
    expect(node.engine.wouldAskWebSeed(100, 0)).toBe(true);
    expect(node.engine.wouldAskWebSeed(1_000, 0)).toBe(false);
  });

  it('are judged anew in their turn: what a sibling has by then comes from it', () => {
    const { swarm, nodes } = fleetOf(2, 2);
    const [first, second] = nodes as [VirtualNode, VirtualNode];
    const held = hadByFirst(swarm, nodes, 1);
    ask(swarm, second, held[0] as (typeof held)[number]);
    swarm.run(1_000);
    const fetched: string[] = [];
    swarm.fetch = (_from, infoHash) => {
      fetched.push(infoHash);
    };
    for (let index = 0; index < 4; index++) ask(swarm, second, smallSet(index));
    swarm.run(1_000);
    const late = smallSet(100);
    const took = ask(swarm, second, late);
    swarm.run(100);
    first.add(late, { want: 'none' });
    const reader = 1_000_000;
    const pieces = late.pieces.map((_, piece) => piece as PieceIndex);
    first.input({ type: 'readerWants', torrent: late.infoHash, reader, pieces });
    first.input({ type: 'peersFound', torrent: late.infoHash, addresses: [second.address] });
    swarm.run(100);
    for (const [piece, bytes] of late.pieces.entries())
      first.input({
        type: 'webSeedPiece',
        torrent: late.infoHash,
        piece: piece as PieceIndex,
        bytes: bytes.slice(),
      });
    swarm.run(200);
    expect(took()).toBeDefined();
    expect(fetched).not.toContain(late.infoHash);
  });
});
