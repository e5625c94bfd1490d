/**
 * Whole hot renditions in memory, by file root: the same rendition of two images is kept once. What was used longest ago
 * makes room, unless it is asked for more often than what comes: a scan through the catalog pushes nothing out that is hot.
 */
import { LRUCache } from 'lru-cache';
import type { FileRoot } from '../../shared/units.ts';

/** One file may take no more than this part of the budget, or a single large one would empty the cache. */
const LARGEST_PART = 1 / 8;

interface Kept {
  readonly bytes: Uint8Array;
  readonly popularity: () => number;
}

const AS_ANY_OTHER = (): number => 0;

export class MemoryCache {
  readonly #budgetBytes: number;
  readonly #files: LRUCache<FileRoot, Kept> | undefined;
  readonly #loading = new Map<FileRoot, Promise<Uint8Array>>();
  readonly #largestBytes: number;

  /** @param budgetBytes 0 keeps nothing */
  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
    this.#largestBytes = Math.floor(budgetBytes * LARGEST_PART);
    this.#files =
      this.#largestBytes > 0
        ? new LRUCache({ maxSize: budgetBytes, sizeCalculation: ({ bytes }) => bytes.length })
        : undefined;
  }

  get bytes(): number {
    return this.#files?.calculatedSize ?? 0;
  }

  takes(lengthBytes: number): boolean {
    return lengthBytes <= this.#largestBytes;
  }

  get(root: FileRoot): Uint8Array | undefined {
    return this.#files?.get(root)?.bytes;
  }

  /**
   * One load however many ask at once; what is too large for the budget is not kept.
   * @param popularity requests for it lately, when asked. Default: as any other, so the last used stay
   */
  load(root: FileRoot, read: () => Promise<Uint8Array>, popularity = AS_ANY_OTHER): Promise<Uint8Array> {
    const running = this.#loading.get(root);
    if (running !== undefined) return running;
    const loading = read()
      .then((bytes) => {
        // Dropped meanwhile: a purged file must not come back.
        if (this.#loading.get(root) === loading && this.#admits(bytes.length, popularity()))
          this.#files?.set(root, { bytes: bufferOf(bytes), popularity });
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

  #admits(lengthBytes: number, popularity: number): boolean {
    if (!this.#files || !this.takes(lengthBytes)) return false;
    let lacking = this.bytes + lengthBytes - this.#budgetBytes;
    for (const root of this.#files.rkeys()) {
      if (lacking <= 0) return true;
      const oldest = this.#files.peek(root) as Kept;
      if (oldest.popularity() > popularity) return false;
      lacking -= oldest.bytes.length;
    }
    return true;
  }
}

/** The same memory. A socket makes a Buffer of any other array at each write, and the collector looks after each of them. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
