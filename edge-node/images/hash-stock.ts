/**
 * Piece hashes of sets that were not asked for yet, fetched in the background by an edge that does not prefetch: a
 * first shopper then waits for the image's bytes alone. 100 bytes a piece, and no more than {@link OfferedHashes} keeps.
 */
import type { InfoHash } from '../../shared/units.ts';

/** One frame's answer to so many small sets is some 100 KiB: what a shopper asks for does not stand long behind it. */
const AT_ONCE = 64;

export interface HashStockParts {
  /** Resolves once the hashes are here, or will not come. */
  ask(infoHash: InfoHash): Promise<void>;
  /** There is no need, or no room. */
  isNeedless(infoHash: InfoHash): boolean;
}

export class HashStock {
  readonly #parts: HashStockParts;
  readonly #queue = new Set<InfoHash>();
  #isRunning = false;

  constructor(parts: HashStockParts) {
    this.#parts = parts;
  }

  add(infoHash: InfoHash): void {
    this.#queue.add(infoHash);
    if (!this.#isRunning) void this.#run();
  }

  close(): void {
    this.#queue.clear();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // Entries come by the dozen: what is added in this turn goes out together.
    await Promise.resolve();
    while (this.#queue.size > 0) {
      const batch = [...this.#queue].slice(0, AT_ONCE);
      for (const infoHash of batch) this.#queue.delete(infoHash);
      const needed = batch.filter((infoHash) => !this.#parts.isNeedless(infoHash));
      await Promise.all(needed.map((infoHash) => this.#parts.ask(infoHash)));
    }
    this.#isRunning = false;
  }
}
