/** Goal: an entry of the log keeps its number, whatever was forgotten before it. */
import { describe, expect, it } from 'vitest';
import { HaveLog } from '../../../shared/engine/have-log.ts';
import type { Torrent } from '../../../shared/engine/torrent.ts';
import type { PieceIndex } from '../../../shared/units.ts';

const torrent = {} as Torrent;

describe('the log of new pieces', () => {
  it('gives each entry by its number, also after those before it were forgotten', () => {
    const log = new HaveLog();
    for (let piece = 0; piece < 10; piece++) log.add(torrent, piece as PieceIndex);
    log.forgetBefore(7);
    expect(log.end).toBe(10);
    expect([7, 8, 9].map((number) => log.at(number).piece)).toEqual([7, 8, 9]);
    log.forgetBefore(log.end);
    log.add(torrent, 42 as PieceIndex);
    expect([log.end, log.at(10).piece]).toEqual([11, 42]);
  });
});
