import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bitfield } from '../../shared/bitfield.ts';

describe('layout on the wire (BEP 3)', () => {
  test('the high bit of the first byte is index 0, spare bits are zero', () => {
    const field = Bitfield.empty(10);
    field.set(0);
    field.set(9);
    expect([...field.bytes]).toEqual([0b1000_0000, 0b0100_0000]);
    expect([...Bitfield.full(10).bytes]).toEqual([0xff, 0b1100_0000]);
  });

  test.each<[string, number, number[]]>([
    ['too short', 10, [0xff]],
    ['too long', 10, [0xff, 0xc0, 0]],
    ['a spare bit is set', 10, [0xff, 0b1110_0000]],
    ['the last spare bit is set', 10, [0, 1]],
    ['bytes for a torrent of none', 0, [0]],
  ])('threat row 9: a bitfield is refused when %s', (_, size, bytes) => {
    expect(Bitfield.parse(size, Uint8Array.from(bytes))).toBeUndefined();
  });

  test('parse counts, and keeps no view of the message', () => {
    const bytes = Uint8Array.from([0b1010_0001, 0b0100_0000]);
    const field = Bitfield.parse(10, bytes);
    bytes.fill(0);
    expect([...(field as Bitfield).indexes()]).toEqual([0, 2, 7, 9]);
    expect(field?.count).toBe(4);
  });
});

describe('as a set', () => {
  test('indexes that name no piece are never held and never set', () => {
    const field = Bitfield.full(10);
    for (const index of [-1, 10, 15, 16, 2 ** 31, 2 ** 32 - 1]) {
      expect(field.has(index)).toBe(false);
      expect(field.set(index)).toBe(false);
      expect(field.clear(index)).toBe(false);
    }
    expect([field.count, field.isFull]).toEqual([10, true]);
  });

  test('a clone goes its own way', () => {
    const field = Bitfield.empty(3);
    const clone = field.clone();
    clone.set(1);
    expect([field.has(1), clone.has(1), field.count, clone.count]).toEqual([false, true, 0, 1]);
  });

  test('random sets and clears: the same as a Set', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 40 })), { maxLength: 80 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), steps, (size, list) => {
        const field = Bitfield.empty(size);
        const model = new Set<number>();
        for (const [add, index] of list) {
          if (add) {
            expect(field.set(index)).toBe(index < size && !model.has(index));
            if (index < size) model.add(index);
          } else expect(field.clear(index)).toBe(model.delete(index));
        }
        const held = [...model].sort((a, b) => a - b);
        expect([...field.indexes()]).toEqual(held);
        expect(field.count).toBe(model.size);
        expect(field.isFull).toBe(model.size === size);
        expect([...(Bitfield.parse(size, field.bytes) as Bitfield).indexes()]).toEqual(held);
      }),
    );
  });
});
