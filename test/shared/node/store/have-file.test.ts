import { describe, expect, it } from 'vitest';
import {
  encodeHave,
  HAVE_HEADER_BYTES,
  HAVE_STATE_OFFSET,
  parseHave,
} from '../../../../shared/node/store/have-file.ts';
import { seededRandom } from '../../../../shared/random.ts';
import { BLOCK_BYTES } from '../../../../shared/units.ts';
import { makeContent } from '../../../support/stored-content.ts';

const { file } = makeContent(5 * BLOCK_BYTES + 1, 1);
const good = () => encodeHave(file, 'open', [0, 5]);
const changed = (at: number, value: number) => {
  const bytes = good();
  bytes[at] = value;
  return bytes;
};

describe('the sidecar of marks', () => {
  it('parses to what was encoded', () => {
    const parsed = parseHave(file, good());
    expect(parsed?.state).toBe('open');
    expect([...(parsed?.marked ?? [])]).toEqual([1, 0, 0, 0, 0, 1]);
    expect(parseHave(file, encodeHave(file, 'clean', []))?.state).toBe('clean');
  });

  it('a complete file needs no leaf marks, and does not mind them', () => {
    expect(parseHave(file, encodeHave(file, 'complete', []))).toEqual({
      state: 'complete',
      marked: undefined,
    });
    expect(parseHave(file, changed(HAVE_STATE_OFFSET, 0xc0))).toEqual({
      state: 'complete',
      marked: undefined,
    });
  });

  const regressions: readonly [string, Uint8Array][] = [
    ['an empty file', new Uint8Array()],
    ['a header cut short', good().slice(0, HAVE_HEADER_BYTES - 1)],
    ['marks cut short', good().slice(0, -1)],
    ['one mark too many', Uint8Array.of(...good(), 0)],
    ['a header without marks that is not complete', good().slice(0, HAVE_HEADER_BYTES)],
    ['zeros of the right length', new Uint8Array(good().length)],
    ['another magic', changed(0, 0x53)],
    ['another version', changed(11, 2)],
    ['another length', changed(19, 2)],
    ['another leaf count', changed(23, 7)],
    ['another root', changed(24, 0xff ^ (good()[24] as number))],
    ['a wrong checksum', changed(56, 0xff ^ (good()[56] as number))],
    ['a state that is none', changed(HAVE_STATE_OFFSET, 0)],
    ['spare bytes in use', changed(HAVE_STATE_OFFSET + 1, 1)],
    ['a mark that is neither 0 nor 1', changed(HAVE_HEADER_BYTES + 2, 2)],
    ['the sidecar of another file', encodeHave(makeContent(5 * BLOCK_BYTES + 1, 2).file, 'open', [0])],
  ];
  it.each(regressions)('counts nothing as marked: %s', (_what, bytes) => {
    expect(parseHave(file, bytes)).toBeUndefined();
  });

  it('random damage never marks a leaf that was not marked, and never throws', () => {
    const seed = Number(process.env.SHOAL_TEST_SEED ?? Date.now());
    const random = seededRandom(seed);
    for (let round = 0; round < 20_000; round++) {
      const bytes = random.integer(4) === 0 ? new Uint8Array(random.integer(90)) : good();
      const damages = 1 + random.integer(4);
      for (let i = 0; i < damages && bytes.length > 0; i++)
        // The state and the marks are single bytes that only we write; damage there is told by its value.
        bytes[random.integer(Math.min(bytes.length, HAVE_STATE_OFFSET))] = random.integer(256);
      const parsed = parseHave(file, bytes);
      if (parsed === undefined) continue;
      expect(bytes, `seed ${seed}, round ${round}`).toEqual(good());
    }
  });
});
