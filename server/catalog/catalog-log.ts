/**
 * The catalog's log, and the one way to change anything: a transaction, one after the other, whose effect on memory
 * and listeners follows the commit.
 */
import type { Kysely, Transaction } from 'kysely';
import { type CatalogChange, EMPTY_LOG_HASH, type Signed } from '../../shared/log/entry.ts';
import { appendEntry, type Head, lockHead } from './append-entry.ts';
import { createListeners } from './listeners.ts';
import type { LogSigner } from './log-signer.ts';
import type { CatalogTables } from './schema.ts';
import { createSerial } from './serial.ts';

export interface CatalogLogParts {
  readonly db: Kysely<CatalogTables>;
  readonly signer: LogSigner;
  readonly head: Head;
  readonly now: () => number;
}

export type Append = (change: CatalogChange) => Promise<Head>;
export type Writer = Transaction<CatalogTables>;

export class CatalogLog {
  protected readonly db: Kysely<CatalogTables>;
  protected readonly serial = createSerial();
  readonly #signer: LogSigner;
  readonly #now: () => number;
  readonly #appended = createListeners<[]>();
  #head: Head;

  constructor({ db, signer, head, now }: CatalogLogParts) {
    this.db = db;
    this.#signer = signer;
    this.#head = head;
    this.#now = now;
  }

  get rootKey(): string {
    return this.#signer.rootKey;
  }

  head(): Head {
    return this.#head;
  }

  async hashOfEntry(number: number): Promise<string | undefined> {
    if (number === 0) return EMPTY_LOG_HASH;
    const query = this.db.selectFrom('log_entries').select('hash').where('number', '=', number);
    return (await query.executeTakeFirst())?.hash;
  }

  entriesAfter(number: number, limit: number): Promise<readonly Signed[]> {
    return this.db
      .selectFrom('log_entries')
      .select(['body', 'signature'])
      .where('number', '>', number)
      .orderBy('number')
      .limit(limit)
      .execute();
  }

  signHead(timeMs: number, validMs: number): Signed {
    return this.#signer.signHead({ head: this.#head.number, hash: this.#head.hash, timeMs, validMs });
  }

  onAppend(listener: () => void): () => void {
    return this.#appended.add(listener);
  }

  close(): Promise<void> {
    return this.serial(() => this.db.destroy());
  }

  /** @param committed brings memory up to date, in the order of the commits */
  protected write<T>(work: (writer: Writer) => Promise<T>, committed?: (result: T) => void): Promise<T> {
    return this.serial(async () => {
      const result = await this.db.transaction().execute(work);
      committed?.(result);
      return result;
    });
  }

  /** Runs `work` with the head locked; memory and listeners follow only after the commit, in its order. */
  protected change<T>(
    work: (writer: Writer, append: Append) => Promise<T>,
    committed: (result: T) => void,
  ): Promise<T> {
    return this.serial(async () => {
      const { result, head } = await this.db.transaction().execute(async (writer) => {
        let head = await lockHead(writer);
        const result = await work(writer, async (entry) => {
          head = await appendEntry(writer, this.#signer, head, entry, this.#now());
          return head;
        });
        return { result, head };
      });
      const moved = head.number !== this.#head.number;
      this.#head = head;
      committed(result);
      if (moved) this.#appended.tell();
      return result;
    });
  }
}
