/** Keeps the notes of complete-sets.ts in step with the swarm: a set is noted once all its pieces would survive kill -9. */
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import type { PieceStore } from '../../shared/node/store/piece-store.ts';
import { type LoadMetainfo, StoredImageTorrent } from '../../shared/node/stored-image.ts';
import type { SwarmNode } from '../../shared/node/swarm-node-api.ts';
import type { InfoHash } from '../../shared/units.ts';
import type { CompleteSets } from './complete-sets.ts';

export interface WholeSetsParts {
  readonly notes: CompleteSets;
  readonly swarm: Pick<SwarmNode, 'onComplete' | 'onLost'>;
  readonly store: Pick<PieceStore, 'flush'>;
  readonly load: LoadMetainfo;
  /** Undefined when the set is not joined, or the store does not have all of it. */
  pieceLengthIfWhole(infoHash: InfoHash): number | undefined;
  failed(error: unknown): void;
}

/** A flush of the store covers all sets that came meanwhile. After a crash, later ones are looked at again. */
const NOTE_EVERY_MS = 10_000;

export class WholeSets {
  readonly #parts: WholeSetsParts;
  readonly #came = new Set<InfoHash>();
  readonly #stopListening: readonly (() => void)[];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: WholeSetsParts) {
    this.#parts = parts;
    this.#stopListening = [
      parts.swarm.onComplete((infoHash) => this.came(infoHash)),
      parts.swarm.onLost((infoHash) => this.gone(infoHash)),
    ];
  }

  /** The set, if it was noted: it can be joined without a look at the disk. */
  stored(image: PublishedImage): StoredImageTorrent | undefined {
    const length = this.#parts.notes.pieceLengthOf(image.infoHash);
    return length === undefined ? undefined : new StoredImageTorrent(image, length, this.#parts.load);
  }

  isNoted(infoHash: InfoHash): boolean {
    return this.#parts.notes.pieceLengthOf(infoHash) !== undefined;
  }

  /** All its pieces are verified. */
  came(infoHash: InfoHash): void {
    if (this.isNoted(infoHash)) return;
    this.#came.add(infoHash);
    this.#wake();
  }

  /** Left, or some of it lost. */
  gone(infoHash: InfoHash): void {
    this.#came.delete(infoHash);
    if (!this.isNoted(infoHash)) return;
    this.#parts.notes.remove(infoHash);
    this.#wake();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stop of this.#stopListening) stop();
    clearTimeout(this.#timer);
    await this.#write();
  }

  #wake(): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#write();
    }, NOTE_EVERY_MS).unref();
  }

  async #write(): Promise<void> {
    const { notes, store } = this.#parts;
    const came = [...this.#came];
    this.#came.clear();
    try {
      if (came.length > 0) await store.flush();
      for (const infoHash of came) {
        const length = this.#parts.pieceLengthIfWhole(infoHash);
        // A sync that failed has taken pieces back.
        if (length !== undefined) notes.add(infoHash, length);
      }
      await notes.flush();
    } catch (error) {
      this.#parts.failed(error);
    }
  }
}
