import { describe, expect, it } from 'vitest';
import { Bitfield } from '../../../shared/bitfield.ts';
import { Geometry } from '../../../shared/geometry.ts';
import { WEB_SEED } from '../../../shared/picker/partial-piece.ts';
import { Picker } from '../../../shared/picker/picker.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { PieceIndex } from '../../../shared/units.ts';

const RIPE_MS = 500;

/**
 * A swarm as a string: one digit a piece, how many nodes have it; `*` in `held` is a piece that is here.
 * Every source in these tests has every piece unless it is told otherwise.
 */
function pickerOf(availability: string, held = '', { blocksPerPiece = 1, seed = 1 } = {}) {
  const pieceLength = 16_384 * blocksPerPiece;
  const geometry = new Geometry(pieceLength, [pieceLength * availability.length]);
  const bits = Bitfield.empty(availability.length);
  [...held].forEach((mark, piece) => {
    if (mark === '*') bits.set(piece);
  });
  const picker = new Picker(geometry, bits, seededRandom(seed), { endGameCopies: 2 });
  [...availability].forEach((digit, piece) => {
    for (let i = 0; i < Number(digit); i++) picker.changeAvailability(piece, 1);
  });
  picker.setWanted(true, []);
  return { picker, held: bits, geometry, everything: Bitfield.full(availability.length) };
}

const piecesOf = (pick: ReturnType<Picker['pick']>) => pick.blocks.map((block) => block.piece as number);

describe('rarest first (BEP 3)', () => {
  it('takes the piece that fewest nodes have', () => {
    const { picker, everything } = pickerOf('332313', '*');
    expect(piecesOf(picker.pick(1, everything, 1, 0, RIPE_MS))).toEqual([4]);
  });

  it('takes all of one rarity before any of the next', () => {
    const { picker, everything } = pickerOf('4231212', '*');
    const order = piecesOf(picker.pick(1, everything, 6, 0, RIPE_MS));
    expect(order.map((piece) => '4231212'[piece]).join('')).toBe('112223');
  });

  it('never picks a piece that the source lacks, that is held, or that nobody has', () => {
    const { picker } = pickerOf('1101', '*');
    const has = Bitfield.empty(4);
    has.set(0);
    has.set(1);
    expect(piecesOf(picker.pick(1, has, 9, 0, RIPE_MS))).toEqual([1]);
  });

  it('breaks ties at random', () => {
    const firsts = Array.from({ length: 40 }, (_, seed) => {
      const { picker, everything } = pickerOf('2222222222', '*', { seed });
      return piecesOf(picker.pick(1, everything, 1, 0, RIPE_MS))[0];
    });
    expect(new Set(firsts).size).toBeGreaterThan(4);
  });

  it('random first piece: with nothing held, rarity does not decide', () => {
    const firsts = Array.from({ length: 40 }, (_, seed) => {
      const { picker, everything } = pickerOf('1999999999', '', { seed });
      return piecesOf(picker.pick(1, everything, 1, 0, RIPE_MS))[0];
    });
    expect(new Set(firsts).size).toBeGreaterThan(4);
  });

  it('follows availability as nodes come and go', () => {
    const { picker, everything } = pickerOf('333', '*');
    picker.changeAvailability(2, -1);
    expect(piecesOf(picker.pick(1, everything, 1, 0, RIPE_MS))).toEqual([2]);
    picker.changeAvailability(1, -1);
    picker.changeAvailability(1, -1);
    expect(piecesOf(picker.pick(1, everything, 1, 0, RIPE_MS))).toEqual([1]);
  });
});

describe('readers', () => {
  it('what a reader waits for comes before the rarest, in its order', () => {
    const { picker, everything } = pickerOf('999991', '*');
    picker.setWanted(true, [3, 2] as PieceIndex[]);
    expect(piecesOf(picker.pick(1, everything, 3, 0, RIPE_MS))).toEqual([3, 2, 5]);
  });

  it("without wanting all, only readers' pieces are picked", () => {
    const { picker, everything } = pickerOf('111', '');
    picker.setWanted(false, [1] as PieceIndex[]);
    expect(piecesOf(picker.pick(1, everything, 9, 0, RIPE_MS))).toEqual([1]);
  });
});

describe('blocks of a piece', () => {
  it('a piece begun is finished before another is begun', () => {
    const { picker, everything } = pickerOf('1111', '*', { blocksPerPiece: 4 });
    const [first] = piecesOf(picker.pick(1, everything, 2, 0, RIPE_MS));
    expect(piecesOf(picker.pick(2, everything, 2, 0, RIPE_MS))).toEqual([first, first]);
  });

  it("a source goes on with its own piece rather than another's", () => {
    const { picker, everything } = pickerOf('1111', '*', { blocksPerPiece: 4 });
    const [mine] = piecesOf(picker.pick(1, everything, 1, 0, RIPE_MS));
    const other = Bitfield.full(4);
    other.clear(mine as number);
    const [theirs] = piecesOf(picker.pick(2, other, 1, 0, RIPE_MS));
    expect(piecesOf(picker.pick(2, everything, 1, 0, RIPE_MS))).toEqual([theirs]);
  });

  it('blocks released are picked again, and a piece with none left is open again', () => {
    const { picker, everything } = pickerOf('11', '*', { blocksPerPiece: 2 });
    expect(picker.pick(1, everything, 2, 0, RIPE_MS).blocks).toHaveLength(2);
    picker.release(1, 1 as PieceIndex, 0);
    expect(picker.pick(2, everything, 2, 0, RIPE_MS).blocks.map((block) => block.beginBytes)).toEqual([0]);
    picker.release(1, 1 as PieceIndex, 1);
    picker.release(2, 1 as PieceIndex, 0);
    expect(picker.isUnderWay(1 as PieceIndex)).toBe(false);
  });

  it('a block that came late is taken if it is still needed', () => {
    const { picker, everything } = pickerOf('11', '*');
    picker.pick(1, everything, 1, 0, RIPE_MS);
    picker.release(1, 1 as PieceIndex, 0);
    expect(picker.receive(1, 1 as PieceIndex, 0)?.senders).toEqual([1]);
    expect(picker.receive(1, 1 as PieceIndex, 0)).toBeUndefined();
  });
});

describe('end game (BEP 3)', () => {
  it('blocks asked of one node are asked of another when nothing else is left, but not at once', () => {
    const { picker, everything } = pickerOf('11', '*');
    picker.pick(1, everything, 1, 1_000, RIPE_MS);
    const early = picker.pick(2, everything, 1, 1_100, RIPE_MS);
    expect(early).toEqual({ blocks: [], retryAt: 1_500 });
    expect(piecesOf(picker.pick(2, everything, 1, 1_500, RIPE_MS))).toEqual([1]);
  });

  it('the others asked are named when the block comes, so that they can be cancelled', () => {
    const { picker, everything } = pickerOf('11', '*');
    picker.pick(1, everything, 1, 0, RIPE_MS);
    picker.pick(2, everything, 1, 600, RIPE_MS);
    expect(picker.receive(2, 1 as PieceIndex, 0)).toEqual({ others: [1], senders: [2] });
  });

  it('no block is asked of more nodes than allowed, nor twice of one', () => {
    const { picker, everything } = pickerOf('11', '*');
    picker.pick(1, everything, 1, 0, RIPE_MS);
    expect(picker.pick(1, everything, 1, 9_000, RIPE_MS).blocks).toEqual([]);
    picker.pick(2, everything, 1, 9_000, RIPE_MS);
    expect(picker.pick(3, everything, 1, 99_000, RIPE_MS).blocks).toEqual([]);
  });
});

describe('pieces that failed (threat row 3)', () => {
  it('are asked whole of one source, so that the next verdict names one node', () => {
    const { picker, everything } = pickerOf('11', '*', { blocksPerPiece: 2 });
    const piece = 1 as PieceIndex;
    picker.pick(1, everything, 1, 0, RIPE_MS);
    picker.pick(2, everything, 1, 0, RIPE_MS);
    picker.receive(1, piece, 0);
    picker.receive(2, piece, 1);
    picker.failed(piece);
    expect(picker.pick(3, everything, 1, 0, RIPE_MS).blocks).toHaveLength(1);
    expect(picker.pick(4, everything, 1, 9_999, RIPE_MS).blocks).toEqual([]);
    expect(picker.pick(3, everything, 1, 9_999, RIPE_MS).blocks).toHaveLength(1);
  });
});

describe('a piece on parole', () => {
  const onParole = () => {
    const swarm = pickerOf('11', '*', { blocksPerPiece: 2 });
    const piece = 1 as PieceIndex;
    for (const source of [1, 2]) swarm.picker.pick(source, swarm.everything, 1, 0, RIPE_MS);
    swarm.picker.receive(1, piece, 0);
    swarm.picker.receive(2, piece, 1);
    swarm.picker.failed(piece);
    return { ...swarm, piece };
  };

  it('whose source goes away half done is begun anew by another (seed 34 of the liars)', () => {
    const { picker, everything, piece } = onParole();
    picker.pick(3, everything, 1, 0, RIPE_MS);
    picker.receive(3, piece, 0);
    picker.sourceGone(3);
    expect(picker.pick(4, everything, 9, 0, RIPE_MS).blocks).toHaveLength(2);
  });

  it('whose source gives up a block is begun anew by another', () => {
    const { picker, everything, piece } = onParole();
    picker.pick(3, everything, 2, 0, RIPE_MS);
    picker.receive(3, piece, 0);
    picker.release(3, piece, 1);
    expect(picker.pick(4, everything, 9, 0, RIPE_MS).blocks).toHaveLength(2);
  });
});

describe('whole pieces for a web seed', () => {
  it('are taken once, and not from under a parole', () => {
    const { picker } = pickerOf('11', '*', { blocksPerPiece: 2 });
    const piece = 1 as PieceIndex;
    expect(picker.takeWhole(piece, WEB_SEED, 0)).toBe(true);
    expect(picker.takeWhole(piece, WEB_SEED, 0)).toBe(false);
    expect(picker.askedSince(piece)).toBe(0);
  });
});

it('random operations keep every piece in one state, and every run ends complete (200 seeds)', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const { picker, held, geometry, everything } = pickerOf('1234512345', '', { blocksPerPiece: 4, seed });
    const asked: { source: number; piece: PieceIndex; block: number }[] = [];
    let now = 0;
    for (let i = 0; i < 5_000 && !held.isFull; i++) {
      now += random.integer(200);
      const source = random.integer(4);
      if (random.integer(3) === 0) {
        for (const { piece, beginBytes } of picker.pick(
          source,
          everything,
          1 + random.integer(5),
          now,
          RIPE_MS,
        ).blocks) {
          expect(held.has(piece), `seed ${seed}: held piece picked`).toBe(false);
          asked.push({ source, piece, block: beginBytes / 16_384 });
        }
      }
      const next = asked.splice(random.integer(asked.length || 1), 1)[0];
      if (!next) continue;
      if (random.integer(5) === 0) {
        picker.release(next.source, next.piece, next.block);
        continue;
      }
      if (!picker.receive(next.source, next.piece, next.block)?.senders) continue;
      if (random.integer(6) === 0) picker.failed(next.piece);
      else {
        held.set(next.piece);
        picker.passed(next.piece);
      }
    }
    expect(held.count, `seed ${seed}`).toBe(geometry.pieceCount);
  }
});
