/**
 * What readers wait for, as the engine hears it. Readers of the same stretch share one wish, so a thousand
 * shoppers who open one image at once are one reader to the engine, and one fetch.
 */
import type { EngineInput } from '../engine/inputs.ts';
import type { InfoHash, PieceIndex } from '../units.ts';

/** A claim on a stretch of pieces, first and last included. */
export interface Wish {
  readonly first: PieceIndex;
  readonly last: PieceIndex;
  /** Once. */
  release(): void;
}

export class Wishes {
  readonly #feed: (input: EngineInput) => void;
  readonly #shared = new Map<string, { readonly reader: number; users: number }>();
  #lastReader = 0;

  constructor(feed: (input: EngineInput) => void) {
    this.#feed = feed;
  }

  want(torrent: InfoHash, first: PieceIndex, last: PieceIndex): Wish {
    const key = `${torrent} ${first} ${last}`;
    const shared = this.#shared.get(key) ?? this.#begin(key, torrent, first, last);
    shared.users++;
    return {
      first,
      last,
      release: () => {
        if (--shared.users > 0) return;
        this.#shared.delete(key);
        this.#feed({ type: 'readerLeft', torrent, reader: shared.reader });
      },
    };
  }

  #begin(key: string, torrent: InfoHash, first: PieceIndex, last: PieceIndex) {
    const shared = { reader: ++this.#lastReader, users: 0 };
    this.#shared.set(key, shared);
    const pieces = Array.from({ length: last - first + 1 }, (_, index) => (first + index) as PieceIndex);
    this.#feed({ type: 'readerWants', torrent, reader: shared.reader, pieces });
    return shared;
  }
}
