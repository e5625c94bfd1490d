import { describe, expect, it, vi } from 'vitest';
import { Bitfield } from '../../../shared/bitfield.ts';
import { type Block, Geometry } from '../../../shared/geometry.ts';
import { WEB_SEED } from '../../../shared/picker/partial-piece.ts';
import { Picker } from '../../../shared/picker/picker.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { PieceIndex } from '../../../shared/units.ts';

/**
 * A swarm as a string: one digit a piece, how many nodes have it; `*` in `held` is a piece that is here.
 */
function pickerOf(availability: string, held = '', { blocksPerPiece = 1 } = {}) {
  const pieceLength = 16_384 * blocksPerPiece;
  const geometry = new Geometry(pieceLength, [pieceLength * availability.length]);
  const bits = Bitfield.empty(availability.length);
  [...held].forEach((mark, piece) => {
    if (mark === '*') bits.set(piece);
  });
  const freed: string[] = [];
  const pieceFree = (piece: PieceIndex, begun: boolean) => freed.push(`${piece}${begun ? ' begun' : ''}`);
  const picker = new Picker(geometry, bits, { endGameCopies: 2 }, { pieceFree });
  [...availability].forEach((digit, piece) => {
    for (let i = 0; i < Number(digit); i++) picker.changeAvailability(piece, 1);
  });
  picker.setWanted(true, new Set(), () => {});
  freed.length = 0;
  return { picker, held: bits, geometry, freed };
}

const piece = (number: number) => number as PieceIndex;
const begins = (blocks: readonly Block[]) => blocks.map((block) => block.beginBytes / 16_384);

describe('what is wanted', () => {
  it('all but what is held; a piece asked for is open no more', () => {
    const { picker } = pickerOf('11', '*');
    expect([0, 1].map((index) => picker.isOpen(piece(index)))).toEqual([false, true]);
    expect(picker.take(piece(0), 1, 9, 0)).toEqual([]);
    expect(picker.take(piece(1), 1, 9, 0)).toHaveLength(1);
    expect(picker.isOpen(piece(1))).toBe(false);
  });

  it("without wanting all, only readers' pieces are; who is told of a change hears of those pieces alone", () => {
    const { picker } = pickerOf('1111');
    const changes: string[] = [];
    const changed = (index: PieceIndex, isWanted: boolean) => changes.push(`${isWanted ? '+' : '-'}${index}`);
    picker.setWanted(false, new Set([piece(2), piece(1)]), changed);
    expect(changes.splice(0)).toEqual(['-0', '-3']);
    picker.setWanted(false, new Set([piece(1), piece(3)]), changed);
    expect(changes.splice(0)).toEqual(['-2', '+3']);
    expect([...picker.awaited]).toEqual([1, 3]);
    picker.setWanted(true, new Set(), changed);
    expect(changes).toEqual(['+0', '+2']);
  });

  it('costs a change of readers as many looks as pieces changed, whatever the torrent has', () => {
    for (const pieceCount of [100, 100_000]) {
      const bits = Bitfield.empty(pieceCount);
      const geometry = new Geometry(16_384, [16_384 * pieceCount]);
      const picker = new Picker(geometry, bits, { endGameCopies: 2 }, { pieceFree: () => {} });
      const looks = vi.spyOn(bits, 'has');
      picker.setWanted(false, new Set([piece(5), piece(6)]), () => {});
      expect(looks.mock.calls.length, `${pieceCount} pieces`).toBeLessThan(20);
    }
  });
});

describe('blocks of a piece', () => {
  it('as many as there is room for; the rest is for whoever comes next', () => {
    const { picker, freed } = pickerOf('1', '', { blocksPerPiece: 4 });
    expect(begins(picker.take(piece(0), 1, 2, 0))).toEqual([0, 1]);
    expect(picker.hasFreeBlocks(piece(0))).toBe(true);
    expect(begins(picker.take(piece(0), 2, 9, 0))).toEqual([2, 3]);
    expect(picker.hasFreeBlocks(piece(0))).toBe(false);
    expect(freed).toEqual([]);
  });

  it('blocks released are taken again, and a piece with none left is open again; each time it is told', () => {
    const { picker, freed } = pickerOf('11', '*', { blocksPerPiece: 2 });
    expect(picker.take(piece(1), 1, 2, 0)).toHaveLength(2);
    picker.release(1, piece(1), 0);
    expect(freed.splice(0)).toEqual(['1 begun']);
    expect(picker.isLeft(piece(1))).toBe(true);
    expect(begins(picker.take(piece(1), 2, 2, 0))).toEqual([0]);
    expect(picker.isLeft(piece(1))).toBe(false);
    picker.release(1, piece(1), 1);
    picker.release(2, piece(1), 0);
    expect(freed).toEqual(['1 begun', '1']);
    expect(picker.isOpen(piece(1))).toBe(true);
  });

  it('a source that goes no further leaves the rest to others', () => {
    const { picker, freed } = pickerOf('1', '', { blocksPerPiece: 4 });
    picker.take(piece(0), 1, 1, 0);
    picker.receive(1, piece(0), 0);
    expect(freed).toEqual([]);
    picker.leave(1, piece(0));
    expect(freed).toEqual(['0 begun']);
    expect(begins(picker.take(piece(0), 2, 9, 0))).toEqual([1, 2, 3]);
  });

  it('a block that came late is taken if it is still needed', () => {
    const { picker } = pickerOf('11', '*');
    picker.take(piece(1), 1, 1, 0);
    picker.release(1, piece(1), 0);
    expect(picker.receive(1, piece(1), 0)?.senders).toEqual([1]);
    expect(picker.receive(1, piece(1), 0)).toBeUndefined();
  });

  it('a late block that begins a piece anew tells that its other blocks are free', () => {
    const { picker, freed } = pickerOf('1', '', { blocksPerPiece: 2 });
    picker.take(piece(0), 1, 1, 0);
    picker.release(1, piece(0), 0);
    freed.length = 0;
    expect(picker.receive(1, piece(0), 0)).toEqual({ others: [], senders: undefined });
    expect(freed).toEqual(['0 begun']);
  });
});

describe('end game (BEP 3)', () => {
  it('the others asked are named when the block comes, so that they can be cancelled', () => {
    const { picker } = pickerOf('11', '*');
    picker.take(piece(1), 1, 1, 0);
    expect(picker.takeTwice(piece(1), 0, 2, 600)).toMatchObject({ piece: 1, beginBytes: 0 });
    expect(picker.receive(2, piece(1), 0)).toEqual({ others: [1], senders: [2] });
  });

  it('no block is asked of more nodes than allowed, nor twice of one, nor once it is here', () => {
    const { picker } = pickerOf('11', '*', { blocksPerPiece: 2 });
    picker.take(piece(1), 1, 9, 0);
    expect(picker.takeTwice(piece(1), 0, 1, 9_000)).toBeUndefined();
    expect(picker.takeTwice(piece(1), 0, 2, 9_000)).toBeDefined();
    expect(picker.takeTwice(piece(1), 0, 3, 99_000)).toBeUndefined();
    picker.receive(1, piece(1), 1);
    expect(picker.takeTwice(piece(1), 1, 2, 99_000)).toBeUndefined();
  });
});

describe('pieces that failed (threat row 3)', () => {
  const onParole = () => {
    const swarm = pickerOf('11', '*', { blocksPerPiece: 2 });
    for (const source of [1, 2]) swarm.picker.take(piece(1), source, 1, 0);
    swarm.picker.receive(1, piece(1), 0);
    swarm.picker.receive(2, piece(1), 1);
    swarm.picker.failed(piece(1));
    return swarm;
  };

  it('are asked whole of one source, so that the next verdict names one node', () => {
    const { picker } = onParole();
    expect(picker.take(piece(1), 3, 1, 0)).toHaveLength(1);
    expect(picker.take(piece(1), 4, 1, 0)).toEqual([]);
    expect(picker.takeTwice(piece(1), 0, 4, 9_999)).toBeUndefined();
    expect(picker.take(piece(1), 3, 1, 0)).toHaveLength(1);
  });

  it('whose source goes away half done are begun anew by another (seed 34 of the liars)', () => {
    const { picker } = onParole();
    picker.take(piece(1), 3, 1, 0);
    picker.receive(3, piece(1), 0);
    picker.sourceGone(3);
    expect(picker.take(piece(1), 4, 9, 0)).toHaveLength(2);
  });

  it('whose source gives up a block are begun anew by another', () => {
    const { picker } = onParole();
    picker.take(piece(1), 3, 2, 0);
    picker.receive(3, piece(1), 0);
    picker.release(3, piece(1), 1);
    expect(picker.take(piece(1), 4, 9, 0)).toHaveLength(2);
  });
});

describe('whole pieces for a web seed', () => {
  it('are taken once, and not from under a parole', () => {
    const { picker } = pickerOf('11', '*', { blocksPerPiece: 2 });
    expect(picker.takeWhole(piece(1), WEB_SEED, 0)).toBe(true);
    expect(picker.takeWhole(piece(1), WEB_SEED, 0)).toBe(false);
    expect(picker.askedSince(piece(1))).toBe(0);
  });
});

it('random operations: what is free is told, what is held is never taken, and every run ends complete (200 seeds)', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const { picker, held, geometry, freed } = pickerOf('1234512345', '', { blocksPerPiece: 4 });
    const free = new Set(Array.from({ length: geometry.pieceCount }, (_, index) => index));
    const asked: { source: number; piece: PieceIndex; block: number }[] = [];
    for (let i = 0; i < 20_000 && !held.isFull; i++) {
      for (const told of freed.splice(0)) free.add(Number.parseInt(told, 10));
      const source = random.integer(4);
      const chosen = [...free][random.integer(free.size || 1)];
      if (random.integer(3) === 0 && chosen !== undefined) {
        const blocks = picker.take(piece(chosen), source, 1 + random.integer(5), i);
        for (const { beginBytes } of blocks) {
          expect(held.has(chosen), `seed ${seed}: held piece taken`).toBe(false);
          asked.push({ source, piece: piece(chosen), block: beginBytes / 16_384 });
        }
        if (!picker.hasFreeBlocks(piece(chosen))) free.delete(chosen);
      }
      const next = asked.splice(random.integer(asked.length || 1), 1)[0];
      if (!next) continue;
      if (random.integer(5) === 0) {
        picker.release(next.source, next.piece, next.block);
        continue;
      }
      const taken = picker.receive(next.source, next.piece, next.block);
      if (taken && !taken.senders && picker.hasFreeBlocks(next.piece)) free.add(next.piece);
      if (!taken?.senders) continue;
      if (random.integer(6) === 0) picker.failed(next.piece);
      else {
        held.set(next.piece);
        picker.passed(next.piece);
      }
    }
    expect(held.count, `seed ${seed}`).toBe(geometry.pieceCount);
  }
});
