import { describe, expect, it } from 'vitest';
import { BEGUN_LEVEL, MAX_LEVEL } from '../../../shared/picker/candidates.ts';
import { anyPiece, inOrder, type OrderedPieces, rarestFirst } from '../../../shared/picker/piece-order.ts';

const torrent = (held: number, availability: readonly number[]): OrderedPieces => ({
  held: { count: held, size: availability.length },
  picker: { availability: (piece) => availability[piece] as number },
});

describe('orders of pieces', () => {
  it('rarest first: what fewer nodes have stands lower; the first piece of all is any piece', () => {
    const some = torrent(1, [9, 2, 400]);
    expect([0, 1, 2].map((piece) => rarestFirst(some, piece))).toEqual([9, 2, MAX_LEVEL]);
    expect([0, 1, 2].map((piece) => rarestFirst(torrent(0, [9, 2, 400]), piece))).toEqual([1, 1, 1]);
  });

  it('in order: no piece stands lower than one before it, and none where begun pieces do', () => {
    for (const size of [1, 2, 254, 255, 5_000]) {
      const levels = Array.from({ length: size }, (_, piece) =>
        inOrder(
          torrent(
            0,
            Array.from({ length: size }, () => 1),
          ),
          piece,
        ),
      );
      expect(levels).toEqual([...levels].sort((a, b) => a - b));
      expect(levels[0]).toBeGreaterThan(BEGUN_LEVEL);
      expect(levels.at(-1)).toBeLessThanOrEqual(MAX_LEVEL);
      if (size <= MAX_LEVEL) expect(new Set(levels).size).toBe(size);
    }
  });

  it('any: all pieces stand alike', () => {
    expect([0, 1, 2].map((piece) => anyPiece(torrent(2, [9, 2, 400]), piece))).toEqual([1, 1, 1]);
  });
});
