/** The budget as a promise: what is on disk, with what is being deleted, under random readers, purges and slow deletions. */
import { expect, test } from 'vitest';
import { CacheKeeper } from '../../../edge-node/images/cache-keeper.ts';
import { seededRandom } from '../../../shared/random.ts';
import { tinyImage } from '../../support/tiny-image.ts';

const BUDGET_BYTES = 65;
const IMAGES = Array.from('0123456789abcdef', tinyImage);

class Disk {
  readonly reading = new Map<string, (() => void)[]>(IMAGES.map(({ infoHash }) => [infoHash, []]));
  /** Claims that are asked for or granted. */
  readonly claimed = new Map<string, number>();
  readonly #held = new Map<string, Set<string>>();
  #deletingBytes = 0;
  readonly #deletions: (() => void)[] = [];
  readonly keeper = new CacheKeeper({
    prefetch: 'none',
    budgetBytes: BUDGET_BYTES,
    isHeld: () => false,
    isHere: () => true,
    evict: (infoHash) => {
      expect(this.reading.get(infoHash)).toEqual([]);
      return this.delete(infoHash);
    },
  });

  get bytes(): number {
    return [...this.#held.values()].reduce((sum, { size }) => sum + 10 * size, this.#deletingBytes);
  }

  write(infoHash: string, name: string): void {
    this.#held.set(infoHash, (this.#held.get(infoHash) ?? new Set()).add(name));
    expect(this.bytes).toBeLessThanOrEqual(BUDGET_BYTES);
  }

  delete(infoHash: string): Promise<void> {
    const bytes = 10 * (this.#held.get(infoHash)?.size ?? 0);
    this.#held.delete(infoHash);
    this.#deletingBytes += bytes;
    return new Promise((resolve) => {
      this.#deletions.push(() => {
        this.#deletingBytes -= bytes;
        resolve();
      });
    });
  }

  endDeletion(): void {
    this.#deletions.shift()?.();
  }

  endAll(): void {
    for (const ends of this.reading.values()) for (const end of ends.splice(0)) end();
    for (const end of this.#deletions.splice(0)) end();
  }
}

async function storm(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const disk = new Disk();
  const { keeper, reading, claimed } = disk;
  const reads: Promise<void>[] = [];
  for (let each = 0; each < 150; each++) {
    const image = IMAGES[random.integer(IMAGES.length)]!;
    const { infoHash } = image;
    const count = (by: number) => claimed.set(infoHash, (claimed.get(infoHash) ?? 0) + by);
    const draw = random.integer(8);
    if (draw === 0 && !claimed.get(infoHash)) keeper.forget(infoHash, disk.delete(infoHash));
    else if (draw < 3) reading.get(infoHash)?.pop()?.();
    else if (draw === 3) disk.endDeletion();
    else {
      keeper.asked(infoHash);
      const rendition = image.renditions[random.integer(2)]!;
      count(1);
      const read = Promise.resolve(keeper.claim(image, rendition, 60_000)).then((endClaim) => {
        disk.write(infoHash, rendition.name);
        reading.get(infoHash)?.push(() => {
          count(-1);
          endClaim();
        });
      });
      reads.push(read);
    }
    await Promise.resolve();
  }
  const ended = Promise.all(reads).then(() => true);
  for (let turn = 0; turn < 1_000; turn++) {
    disk.endAll();
    if (await Promise.race([ended, new Promise<false>((resolve) => setImmediate(resolve, false))])) return;
  }
  throw new Error('a reader waits for ever');
}

test('a storm of misses, purges and slow deletions never takes more than the budget, and lets everybody in', async () => {
  for (let seed = 1; seed <= 100; seed++)
    await storm(seed).catch((error: Error) => {
      throw new Error(`seed ${seed}: ${error.message}`);
    });
});
