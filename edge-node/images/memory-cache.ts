/** Whole hot renditions in memory, by file root: the same rendition of two images is kept once. */
import { LRUCache } from 'lru-cache';
import type { FileRoot } from '../../shared/units.ts';

/** One file may take no more than this part of the budget, or a single large one would empty the cache. */
const LARGEST_PART = 1 / 8;

export class MemoryCache {
  readonly #files: LRUCache<FileRoot, Uint8Array> | undefined;
  readonly #loading = new Map<FileRoot, Promise<Uint8Array>>();
  readonly #largestBytes: number;

  /** @param budgetBytes 0 keeps nothing */
  constructor(budgetBytes: number) {
    this.#largestBytes = Math.floor(budgetBytes * LARGEST_PART);
    this.#files =
      this.#largestBytes > 0
        ? new LRUCache({ maxSize: budgetBytes, sizeCalculation: (bytes) => bytes.length })
        : undefined;
  }

  get bytes(): number {
    return this.#files?.calculatedSize ?? 0;
  }

  takes(lengthBytes: number): boolean {
    return lengthBytes <= this.#largestBytes;
  }

  get(root: FileRoot): Uint8Array | undefined {
    return this.#files?.get(root);
  }

  /** One load however many ask at once; what is too large for the budget is not kept. */
  load(root: FileRoot, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const running = this.#loading.get(root);
    if (running !== undefined) return running;
    const loading = read()
      .then((bytes) => {
        // Dropped meanwhile: a purged file must not come back.
        if (this.#loading.get(root) === loading && this.takes(bytes.length)) this.#files?.set(root, bytes);
        return bytes;
      })
      .finally(() => {
        if (this.#loading.get(root) === loading) this.#loading.delete(root);
      });
    this.#loading.set(root, loading);
    return loading;
  }

  drop(root: FileRoot): void {
    this.#files?.delete(root);
    this.#loading.delete(root);
  }
}
