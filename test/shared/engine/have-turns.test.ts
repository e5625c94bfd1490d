/** Goal: links come up by when they were last told, and entries of the log are kept for the one that is furthest behind. */
import { describe, expect, it } from 'vitest';
import { HaveTurns } from '../../../shared/engine/have-turns.ts';
import { Link } from '../../../shared/engine/link.ts';
import type { LinkId } from '../../../shared/units.ts';
import { HandshakeReader } from '../../../shared/wire/handshake.ts';

function link(id: number): Link {
  const phase = { name: 'handshaking', reader: new HandshakeReader(), torrent: undefined } as const;
  return new Link(id as LinkId, 'inbound', { ip: '10.0.0.1', port: 1 }, phase, 0);
}

function ids(turns: HaveTurns, atMost = 10): number[] {
  const seen: number[] = [];
  turns.inTurn(({ id }) => seen.push(id) === atMost);
  return seen;
}

describe('turns of links to be told of new pieces', () => {
  it('begin with who was told of nothing yet, then who was told longest ago', () => {
    const turns = new HaveTurns();
    const [a, b, c] = [link(1), link(2), link(3)] as const;
    for (const each of [a, b, c]) turns.join(each, 0);
    turns.told(a, 10);
    turns.told(b, 20);
    expect(ids(turns)).toEqual([3, 1, 2]);
    expect([ids(turns, 1), ids(turns, 2)]).toEqual([[3], [3, 1]]);
    turns.told(a, 30);
    turns.leave(c);
    expect(ids(turns)).toEqual([2, 1]);
    expect([a.lastHaveAt, b.lastHaveAt]).toEqual([30, 20]);
  });

  it('tell which entries everybody has read: of a link that is not ready yet none are kept', () => {
    const turns = new HaveTurns();
    const [a, b] = [link(1), link(2)] as const;
    expect(turns.readBy(7)).toBe(7);
    turns.join(a, 5);
    expect(turns.readBy(7)).toBe(5);
    expect(b.havesRead).toBe(Number.POSITIVE_INFINITY);
  });
});
