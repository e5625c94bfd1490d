import { expect, test } from 'vitest';
import { CacheKeeper, type EndClaim } from '../../../edge-node/images/cache-keeper.ts';
import type { PublishedImage, Rendition } from '../../../shared/api-types/catalog.ts';
import { tinyImage as image } from '../../support/tiny-image.ts';

function keeper(
  prefetch: 'all' | 'none',
  budgetBytes: number,
  isHeld: (rendition: Rendition) => boolean = () => false,
  gone: () => Promise<void> | undefined = () => undefined,
) {
  const evicted: string[] = [];
  const made = new CacheKeeper({
    prefetch,
    budgetBytes,
    isHeld,
    isHere: () => true,
    evict: (infoHash) => {
      evicted.push(infoHash.charAt(0));
      return gone();
    },
  });
  /** A reader asks, is let in at once, and reads until it says so. */
  const begin = (each: PublishedImage, rendition = 0): EndClaim => {
    made.asked(each.infoHash);
    const claim = made.claim(each, each.renditions[rendition]!, 1_000);
    if (claim instanceof Promise) throw new Error(`no room for ${each.infoHash.charAt(0)}`);
    return claim;
  };
  const use = (each: PublishedImage, rendition = 0) => begin(each, rendition)();
  return { made, evicted, begin, use };
}

const [a, b, c] = [image('a'), image('b'), image('c')];

test('with prefetch a set costs all its renditions from when its join begins', async () => {
  const { made } = keeper('all', 50);
  made.add(a);
  made.add(a);
  expect(made.heldBytes).toBe(20);
  made.add(b);
  expect([made.fits(b), made.fits(c)]).toEqual([true, false]);
  for (let twice = 0; twice < 2; twice++) void made.forget(a.infoHash, Promise.resolve());
  expect(made.fits(c)).toBe(false);
  await new Promise(setImmediate);
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

test('a set that is being read, or joined for a reader, is not evicted; afterwards it makes room', async () => {
  const { made, evicted, begin } = keeper('none', 11);
  const end = begin(a);
  made.asked(b.infoHash);
  const waits = made.claim(b, b.renditions[0]!, 60_000);
  expect(evicted).toEqual([]);
  end();
  (await waits)();
  expect([evicted, made.heldBytes]).toEqual([['a'], 10]);
});

test('a rendition alone above the budget is let in when nothing else is held', () => {
  const { made, evicted, use } = keeper('none', 5);
  use(a);
  expect(evicted).toEqual([]);
  use(a, 1);
  expect([evicted, made.heldBytes]).toEqual([['a'], 10]);
});

test('a set that a reader asks for with prefetch takes the room of one that nobody asked for', () => {
  const { made, evicted, use } = keeper('all', 50);
  made.add(a);
  made.add(b);
  use(b);
  use(c);
  expect(evicted).toEqual(['a']);
  expect(made.heldBytes).toBe(40);
});

test('what is being deleted takes room until it is gone: nobody is let in before that', async () => {
  let deleted: (() => void) | undefined;
  const gone = () => new Promise<void>((resolve) => (deleted = resolve));
  const { made, evicted, use } = keeper('none', 11, undefined, gone);
  use(a);
  let heldWhenIn = 0;
  const waits = Promise.resolve(made.claim(b, b.renditions[0]!, 60_000)).then((end) => {
    heldWhenIn = made.heldBytes;
    end();
  });
  const again = made.claim(a, a.renditions[0]!, 60_000);
  await new Promise(setImmediate);
  expect([evicted, heldWhenIn, made.heldBytes]).toEqual([['a'], 0, 0]);
  deleted?.();
  await waits;
  expect(heldWhenIn).toBe(10);
  deleted?.();
  (await again)();
  expect(evicted).toEqual(['a', 'b']);
});

test('who finds no room in time is refused with 503, and the next in the queue goes on', async () => {
  const { made, begin } = keeper('none', 21);
  const ends = [begin(a), begin(b)];
  const refused = made.claim(c, c.renditions[0]!, 1);
  await expect(refused).rejects.toMatchObject({ code: 'image_unavailable', status: 503 });
  const waits = made.claim(c, c.renditions[1]!, 60_000);
  for (const end of ends) end();
  (await waits)();
  expect(made.heldBytes).toBeLessThanOrEqual(21);
});

test('a set whose join failed takes nothing once its last reader has gone', () => {
  let isHere = true;
  const made = new CacheKeeper({
    prefetch: 'all',
    budgetBytes: 100,
    isHeld: () => false,
    isHere: () => isHere,
    evict: () => undefined,
  });
  const [first, second] = [0, 1].map((each) => made.claim(a, a.renditions[each]!, 1) as EndClaim);
  isHere = false;
  made.notJoined(a.infoHash);
  first!();
  expect(made.heldBytes).toBe(20);
  second!();
  expect(made.heldBytes).toBe(0);
});

test('a set that comes back after its eviction is no stranger: its requests still count', () => {
  const { evicted, use } = keeper('none', 22);
  for (let each = 0; each < 5; each++) use(a);
  use(b);
  use(c);
  use(b);
  use(b);
  use(c);
  expect(evicted).toEqual(['b', 'c', 'b']);
});

test('the last edge copy stays before one that a sibling has', () => {
  const { made, evicted, use } = keeper('none', 22);
  use(a);
  use(b);
  made.replicated(b.infoHash, 1);
  use(c);
  expect(evicted).toEqual(['b']);
});
