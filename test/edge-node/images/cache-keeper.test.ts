import { expect, test } from 'vitest';
import { CacheKeeper } from '../../../edge-node/images/cache-keeper.ts';
import type { PublishedImage, Rendition } from '../../../shared/api-types/catalog.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { FileRoot, ImageId, InfoHash, InfoHashV2 } from '../../../shared/units.ts';

/** An image with two renditions of 10 bytes. */
function image(letter: string): PublishedImage {
  const renditions = ['160.jpg', '160.avif'].map((name) => ({
    name,
    url: '',
    width: 160,
    height: 1,
    type: 'image/jpeg' as const,
    bytes: 10,
    root: '0'.repeat(64) as FileRoot,
  }));
  return {
    id: letter.repeat(24) as ImageId,
    width: 1,
    height: 1,
    placeholder: '',
    infoHash: letter.repeat(40) as InfoHash,
    infoHashV2: '0'.repeat(64) as InfoHashV2,
    renditions,
  };
}

function keeper(
  prefetch: 'all' | 'none',
  budgetBytes: number,
  isHeld: (rendition: Rendition) => boolean = () => false,
) {
  const evicted: string[] = [];
  const made = new CacheKeeper({
    prefetch,
    budgetBytes,
    isHeld,
    evict: (infoHash) => evicted.push(infoHash.charAt(0)),
  });
  const use = (each: PublishedImage, rendition = 0) => {
    made.add(each);
    made.use(each, each.renditions[rendition]!);
  };
  return { made, evicted, use };
}

const [a, b, c] = [image('a'), image('b'), image('c')];

test('with prefetch a set costs all its renditions from when its join begins', () => {
  const { made } = keeper('all', 50);
  made.add(a);
  made.add(a);
  expect(made.heldBytes).toBe(20);
  made.add(b);
  expect([made.fits(b), made.fits(c)]).toEqual([true, false]);
  made.remove(a.infoHash);
  made.remove(a.infoHash);
  expect([made.heldBytes, made.fits(c)]).toEqual([20, true]);
});

test('without prefetch a set costs what was asked of it, once, and what lies on disk from before', () => {
  const { made, use } = keeper('none', 1_000, (rendition) => rendition.name === '160.avif');
  use(a);
  use(a);
  expect(made.heldBytes).toBe(10);
  made.countHeld(a, false);
  expect(made.heldBytes).toBe(20);
  use(a, 1);
  expect(made.heldBytes).toBe(20);
  expect(made.fits(image('d'))).toBe(true);
});

test('one more than the budget evicts the set that was asked for least, and of those longest ago', () => {
  const { made, evicted, use } = keeper('none', 22);
  use(a);
  use(b);
  use(a);
  use(c);
  expect(evicted).toEqual(['b']);
  expect([made.heldBytes, made.evicted.budget.sets]).toEqual([20, 1]);
});

test('a set that is being read, or joined for a reader, is not evicted; afterwards it may be', () => {
  const { made, evicted, use } = keeper('none', 11);
  use(a);
  const done = made.beginRead(a.infoHash);
  use(b);
  expect(evicted).toEqual([]);
  done();
  expect(evicted).toEqual(['a']);
});

test('a set alone above the budget is not evicted by the use that brought it in', () => {
  const { evicted, use } = keeper('none', 5);
  use(a);
  expect(evicted).toEqual([]);
});

test('a join that a reader waits for counts as its use', () => {
  const { made, evicted } = keeper('all', 40);
  made.add(a);
  made.add(b);
  made.add(c);
  made.touch(c.infoHash);
  made.beginRead(c.infoHash)();
  expect(evicted).toContain('a');
  expect(evicted).not.toContain('c');
});

test('a set that comes back after its eviction is no stranger: its requests still count', () => {
  const { made, evicted, use } = keeper('none', 22);
  for (let each = 0; each < 3; each++) use(a);
  use(b);
  made.add(c);
  const done = [b, c].map(({ infoHash }) => made.beginRead(infoHash));
  use(c);
  expect(evicted).toEqual(['a']);
  for (const end of done) end();
  use(a);
  expect(evicted).toEqual(['a', 'b']);
});

test('the last edge copy stays before one that a sibling has', () => {
  const { made, evicted, use } = keeper('none', 22);
  use(a);
  use(b);
  made.replicated(b.infoHash, 1);
  use(c);
  expect(evicted).toEqual(['b']);
});

test('a storm of misses and purges never evicts what is being read', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const images = Array.from('0123456789abcdef', image);
    const reading = new Map<string, (() => void)[]>();
    const { made, evicted, use } = keeper('none', 65);
    for (let each = 0; each < 200; each++) {
      const one = images[random.integer(images.length)]!;
      const before = evicted.length;
      const draw = random.integer(8);
      const ends = reading.get(one.infoHash.charAt(0)) ?? [];
      if (draw === 0 && ends.length === 0) made.forget(one.infoHash);
      else if (draw < 3) ends.pop()?.();
      else {
        use(one, random.integer(2));
        if (draw < 5) ends.push(made.beginRead(one.infoHash));
      }
      reading.set(one.infoHash.charAt(0), ends);
      for (const gone of evicted.slice(before)) expect(reading.get(gone) ?? [], `seed ${seed}`).toEqual([]);
    }
    for (const ends of reading.values()) for (const end of ends) end();
    expect(made.heldBytes, `seed ${seed}`).toBeLessThanOrEqual(65);
  }
});
