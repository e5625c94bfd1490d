/** The log as edges are sent it, with piece hashes or without: each batch is read and made once for all of them. */
import type { SetHashes } from '../../shared/api-types/feed.ts';
import type { Signed } from '../../shared/log/entry.ts';
import type { Catalog } from '../catalog/catalog-api.ts';
import { EntryBatches } from './entry-batches.ts';
import type { FeedLimits } from './feed-limits.ts';
import { HashAnswers } from './hash-answers.ts';
import { setHashesOf } from './set-hashes.ts';

export class LogBatches {
  /** Hashes apart from their entries, for edges that ask for them. */
  readonly hashAnswers: HashAnswers;
  readonly #bare: EntryBatches;
  readonly #hashed: EntryBatches;

  constructor(
    catalog: Pick<Catalog, 'entriesAfter' | 'torrent'>,
    { batchEntries, batchBytes }: Pick<FeedLimits, 'batchEntries' | 'batchBytes'>,
  ) {
    const read = (after: number, limit: number) => catalog.entriesAfter(after, limit);
    const hashesOf = (entry: Signed) => setHashesOf(entry, (infoHash) => catalog.torrent(infoHash));
    const batchesWith = (hashesAlong: (entry: Signed) => Promise<SetHashes | undefined>) =>
      new EntryBatches(read, hashesAlong, batchEntries, batchBytes);
    this.#bare = batchesWith(async () => undefined);
    this.#hashed = batchesWith(hashesOf);
    this.hashAnswers = new HashAnswers(read, hashesOf);
  }

  /** @param pieceHashes whether they bring piece hashes along */
  entries(pieceHashes: boolean): EntryBatches {
    return pieceHashes ? this.#hashed : this.#bare;
  }

  /** The log grew. */
  appended(): void {
    this.#bare.appended();
    this.#hashed.appended();
  }
}
