import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../../shared/node/store/synced-record.ts';
import { seededRandom } from '../../../../shared/random.ts';

const GOOD = '{"bootId":"00000000-0000-4000-8000-000000000000","untilMs":1760000000000}\n';

describe('the note of what is synced', () => {
  it('is parsed as it was written', () => {
    expect(parseRecord(GOOD)).toEqual({
      bootId: '00000000-0000-4000-8000-000000000000',
      untilMs: 1_760_000_000_000,
    });
    expect(parseRecord('{"untilMs":0}')).toEqual({ bootId: undefined, untilMs: 0 });
  });

  it.each(['', 'null', '7', '[]', '{}', '{"untilMs":-1}', '{"untilMs":1.5}', '{"untilMs":"1"}'])(
    'counts for nothing: %s',
    (text) => expect(parseRecord(text)).toBeUndefined(),
  );
  it('counts for nothing with a boot that is no text, or cut anywhere', () => {
    expect(parseRecord('{"bootId":1,"untilMs":1}')).toBeUndefined();
    for (let length = 0; length < GOOD.length - 2; length++)
      expect(parseRecord(GOOD.slice(0, length)), `${length}`).toBeUndefined();
  });

  it('never throws on random text', () => {
    const seed = Number(process.env.SHOAL_TEST_SEED ?? Date.now());
    const random = seededRandom(seed);
    for (let round = 0; round < 20_000; round++) {
      const bytes = Buffer.from(GOOD);
      for (let i = 0; i <= random.integer(4); i++) bytes[random.integer(bytes.length)] = random.integer(128);
      const { untilMs = 0 } = parseRecord(bytes.toString('latin1')) ?? {};
      expect(Number.isSafeInteger(untilMs) && untilMs >= 0, `seed ${seed}, round ${round}`).toBe(true);
    }
  });
});
