import { expect, test } from 'vitest';
import {
  type CachedSet,
  chooseEvictions,
  mayPrefetch,
  worthByRecency,
  worthPerByte,
} from '../../../edge-node/images/cache-policy.ts';
import { seededRandom } from '../../../shared/random.ts';

/** `a10@3` is a set "a" of 10 bytes last used at 3; a star marks it as being read. */
function sets(text: string): CachedSet<string>[] {
  return text.split(' ').map((word) => {
    const [, id, bytes, lastUse, star] = /^([a-z])(\d+)@(\d+)(\*?)$/.exec(word) as unknown as string[];
    const common = { popularity: 1, replicas: 0, inUse: star === '*' };
    return { ...common, id: id as string, bytes: Number(bytes), lastUse: Number(lastUse) };
  });
}

test('within the budget nothing is evicted', () => {
  expect(chooseEvictions(sets('a10@1 b10@2'), 20)).toEqual([]);
});

test('of equal worth the sets requested longest ago go first, and no more than needed', () => {
  expect(chooseEvictions(sets('a10@3 b10@1 c10@2'), 29)).toEqual(['b']);
  expect(chooseEvictions(sets('a10@3 b10@1 c10@2'), 19)).toEqual(['b', 'c']);
});

test('a set that is being read stays, even above the budget', () => {
  expect(chooseEvictions(sets('a10@1* b10@2 c10@3'), 20)).toEqual(['b']);
  expect(chooseEvictions(sets('a10@1* b10@2*'), 5)).toEqual([]);
});

test('a set larger than the whole budget is evicted once nobody reads it', () => {
  expect(chooseEvictions(sets('a100@1'), 50)).toEqual(['a']);
});

/** Of 10 bytes, asked for once, on this edge alone. */
const set = (id: string, but: Partial<CachedSet<string>>): CachedSet<string> => ({
  id,
  bytes: 10,
  popularity: 1,
  lastUse: 0,
  replicas: 0,
  inUse: false,
  ...but,
});

test('what is rarely asked for goes before what is asked for often, and what is large before what is small', () => {
  expect(chooseEvictions([set('often', { popularity: 9 }), set('rarely', { popularity: 2 })], 10)).toEqual([
    'rarely',
  ]);
  expect(chooseEvictions([set('large', { bytes: 20 }), set('small', { bytes: 10 })], 10)).toEqual(['large']);
});

test('the last edge copy of a wanted set goes after those that siblings have, unless these are far more wanted', () => {
  const last = set('last', { popularity: 2 });
  expect(chooseEvictions([last, set('copied', { popularity: 10, replicas: 1 })], 10)).toEqual(['copied']);
  expect(chooseEvictions([last, set('copied', { popularity: 20, replicas: 1 })], 10)).toEqual(['last']);
  expect(
    chooseEvictions([set('last, of no use', { popularity: 0 }), set('copied', { replicas: 3 })], 10),
  ).toEqual(['last, of no use']);
});

test('a set without bytes is not evicted: it takes no room', () => {
  expect(chooseEvictions([set('empty', { bytes: 0, popularity: 0 }), set('b', {})], 5)).toEqual(['b']);
});

test('the policy can be another one', () => {
  const both = [set('old', { popularity: 9, lastUse: 1 }), set('young', { lastUse: 2 })];
  expect(chooseEvictions(both, 10, worthByRecency)).toEqual(['old']);
});

test('prefetching never goes beyond the budget', () => {
  expect(mayPrefetch(90, 10, 100)).toBe(true);
  expect(mayPrefetch(91, 10, 100)).toBe(false);
  expect(mayPrefetch(1e12, 1e9, Number.POSITIVE_INFINITY)).toBe(true);
});

test('property: what stays fits or is all in use, and no evicted set is worth more than an idle one that stays', () => {
  for (let seed = 1; seed <= 2_000; seed++) {
    const random = seededRandom(seed);
    const cached = Array.from({ length: random.integer(12) }, (_, id) => ({
      id,
      bytes: 1 + random.integer(50),
      lastUse: random.integer(20),
      popularity: random.integer(4),
      replicas: random.integer(3),
      inUse: random.integer(4) === 0,
    }));
    const budget = random.integer(200);
    const chosen = chooseEvictions(cached, budget);
    const evicted = new Set(chosen);
    const stay = cached.filter((set) => !evicted.has(set.id));
    const held = stay.reduce((sum, set) => sum + set.bytes, 0);
    const idle = stay.filter((set) => !set.inUse);
    const gone = cached.filter((set) => evicted.has(set.id));
    expect(held <= budget || idle.length === 0, `seed ${seed}: budget`).toBe(true);
    expect(
      gone.some((set) => set.inUse),
      `seed ${seed}: in use`,
    ).toBe(false);
    const leastIdle = Math.min(...idle.map(worthPerByte));
    expect(
      gone.every((set) => worthPerByte(set) <= leastIdle),
      `seed ${seed}: order`,
    ).toBe(true);
    const lastGone = cached.find((set) => set.id === chosen.at(-1))?.bytes ?? 0;
    expect(gone.length === 0 || held + lastGone > budget, `seed ${seed}: no more than needed`).toBe(true);
  }
});
