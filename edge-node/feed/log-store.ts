/**
 * The edge's copy of the catalog log: the keeper of shared/log decides what counts, this file does what it says,
 * durably and in its order, and tells the listener what changed.
 */
import { join } from 'node:path';
import type { LogStatus } from '../../shared/api-types/status.ts';
import { fromUtf8, toUtf8 } from '../../shared/bytes.ts';
import { PeerError, UserError } from '../../shared/errors.ts';
import { parseEntryBody, parseHeadBody, parseKey, verifySignature } from '../../shared/log/codec.ts';
import {
  type CatalogChange,
  EMPTY_LOG_HASH,
  type EntryBody,
  type LogCrypto,
  type Signed,
} from '../../shared/log/entry.ts';
import type { Evidence } from '../../shared/log/evidence.ts';
import { type KeeperAction, type KeeperResult, LogKeeper } from '../../shared/log/keeper.ts';
import { type FileSystem, nodeFileSystem } from '../../shared/node/store/file-system.ts';
import { readIfThere, writeDurably } from '../durable-file.ts';
import { EvidenceFiles } from './evidence-files.ts';
import { LogFile } from './log-file.ts';

export interface LogListener {
  /** One entry more; also for each stored entry while the store opens. */
  applied(change: CatalogChange, number: number): void;
  /** The log was rewound: these are all its changes now, from entry 1. */
  rebuilt(changes: readonly CatalogChange[]): void;
  /** The disk refused something; what is in memory goes on. */
  diskFailed(error: Error): void;
}

export interface LogStoreOptions {
  readonly dataFolder: string;
  /** Given by flag; undefined: the first that the origin shows is pinned. */
  readonly rootKey: string | undefined;
  readonly crypto: LogCrypto;
  readonly listener: LogListener;
  /** Unix ms. */
  now(): number;
  readonly files?: FileSystem;
}

/** A heartbeat at the same number is written at most this often: after a crash `stale` may be said a bit early. */
const HIGHEST_EVERY_MS = 60_000;

/**
 * So many are verified (some 10 ms of CPU), written and in effect before the next ones: of the 256 that a frame may hold,
 * the first are joined while the others are verified.
 */
const ENTRIES_AT_ONCE = 64;

export class LogStore {
  readonly #options: LogStoreOptions;
  readonly #evidence: EvidenceFiles;
  readonly #files: FileSystem;
  readonly #folder: string;
  #file: LogFile | undefined;
  #keeper: LogKeeper | undefined;
  #applied = { number: 0, hash: EMPTY_LOG_HASH };
  #caughtUp = false;
  #sawHead = false;
  #cutBytes = 0;
  #unsaved: Evidence | undefined;
  #savedAtMs = Number.NEGATIVE_INFINITY;
  #savedNumber = -1;

  private constructor(options: LogStoreOptions) {
    this.#options = options;
    this.#files = options.files ?? nodeFileSystem;
    this.#folder = join(options.dataFolder, 'log');
    this.#evidence = new EvidenceFiles(this.#folder, join(options.dataFolder, 'forks'), this.#files);
  }

  /**
   * Reads what is on disk and gives every entry to the listener.
   * @throws UserError `root_key_differs` when the folder holds the log of another root key than the given one;
   *   the file system's error when the folder cannot be used
   */
  static async open(options: LogStoreOptions): Promise<LogStore> {
    const store = new LogStore(options);
    await store.#files.makeDirectory(store.#folder);
    const pinned = await store.#pinnedKey();
    if (pinned !== undefined && options.rootKey !== undefined && pinned !== options.rootKey)
      throw new UserError(
        'root_key_differs',
        400,
        `${options.dataFolder} holds a log with root key ${pinned}, not the given ${options.rootKey}`,
      );
    if (pinned !== undefined) await store.#load(pinned);
    else if (options.rootKey !== undefined) await store.pin(options.rootKey);
    return store;
  }

  /**
   * Number and hash of the last entry that is on disk and in effect; 0 and zeros before the first. The keeper runs
   * ahead of it while an entry is being written.
   */
  get head(): { readonly number: number; readonly hash: string } {
    return this.#applied;
  }

  /** Number of the last entry that is in effect and certainly on disk: a full disk keeps it behind {@link head}. */
  get stored(): number {
    return Math.min(this.#applied.number, this.#file?.count ?? 0);
  }

  /** A signed head for our last entry was seen since start: nothing is missing. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** Bytes that opening cut off the end of the log: a torn line, or what did not verify. */
  get cutBytes(): number {
    return this.#cutBytes;
  }

  status(): LogStatus {
    const nothing = { headTimeMs: null, stale: true, forked: false };
    return { ...(this.#keeper?.status(this.#options.now()) ?? nothing), ...this.#applied };
  }

  /**
   * Trusts this root key from now on, and no other ever.
   * @throws PeerError `log_root_key` when another is pinned
   */
  async pin(rootKey: string): Promise<void> {
    const pinned = this.#keeper?.chain.rootKey;
    if (pinned === rootKey) return;
    if (pinned !== undefined)
      throw new PeerError('log_root_key', `root key ${rootKey} shown, ${pinned} pinned`);
    await writeDurably(this.#keyPath(), fromUtf8(`${rootKey}\n`), this.#files);
    await this.#load(rootKey);
  }

  /**
   * Offers entries in order; all that count are on disk when it resolves.
   * @returns the first refusal; what else was in the frame is judged all the same, because a way back from a fork
   *   may come after it
   */
  async offerEntries(entries: readonly Signed[]): Promise<PeerError<string> | undefined> {
    const keeper = this.#requireKeeper();
    let refused: PeerError<string> | undefined;
    for (let at = 0; at < entries.length; at += ENTRIES_AT_ONCE) {
      const actions: KeeperAction[] = [];
      for (const signed of entries.slice(at, at + ENTRIES_AT_ONCE)) {
        const result = keeper.offerEntry(signed);
        actions.push(...result.actions);
        refused ??= result.refused;
      }
      await this.#perform(actions);
    }
    return refused;
  }

  /** @returns why the head does not count */
  async offerHead(signed: Signed): Promise<PeerError<string> | undefined> {
    const keeper = this.#requireKeeper();
    const result: KeeperResult = keeper.offerHead(signed, this.#options.now());
    await this.#perform(result.actions);
    if (result.refused === undefined && parseHeadBody(signed.body).head <= keeper.chain.number)
      this.#caughtUp = true;
    return result.refused;
  }

  async close(): Promise<void> {
    await this.#saveHighest().catch(this.#options.listener.diskFailed);
    await this.#file?.close();
  }

  #requireKeeper(): LogKeeper {
    if (this.#keeper === undefined) throw new PeerError('feed_frame_invalid', 'entries before the welcome');
    return this.#keeper;
  }

  async #load(rootKey: string): Promise<void> {
    const highest = await this.#evidence.highest(this.#options.crypto);
    const proof = await this.#evidence.proof();
    for (;;) {
      const keeper = new LogKeeper({ rootKey, crypto: this.#options.crypto, highest, proof });
      const stored: { signed: Signed; entry: EntryBody }[] = [];
      const file = await LogFile.open(
        join(this.#folder, 'entries.jsonl'),
        (signed) => {
          const entry = restored(keeper, signed);
          if (entry !== undefined) stored.push({ signed, entry });
          return entry !== undefined;
        },
        this.#files,
      );
      this.#cutBytes += file.cutBytes;
      this.#file = file;
      this.#keeper = keeper;
      const last = stored.at(-1);
      // Hashes prove every entry but the last, which no other names: a disk may have changed it.
      if (last && !verifySignature('entry', last.entry.key, last.signed, this.#options.crypto)) {
        this.#cutBytes += await file.rewind(stored.length - 1);
        await file.close();
        continue;
      }
      for (const { entry } of stored) this.#options.listener.applied(entry.change, entry.number);
      this.#noteApplied(keeper);
      return;
    }
  }

  async #perform(actions: readonly KeeperAction[]): Promise<void> {
    let appended: Signed[] = [];
    const append = async () => {
      const entries = appended;
      appended = [];
      if (entries.length > 0) await this.#tolerant(this.#file?.append(entries));
    };
    for (const action of actions) {
      if (action.type === 'append') {
        appended.push(action.signed);
        continue;
      }
      await append();
      await this.#performOther(action);
    }
    await append();
    // On disk first, then in effect: a crash between the two applies them at the next start.
    const rewound = actions.some(({ type }) => type === 'rewind');
    if (rewound) await this.#rebuild();
    else
      for (const action of actions)
        if (action.type === 'append')
          this.#options.listener.applied(action.entry.change, action.entry.number);
    this.#noteApplied(this.#requireKeeper());
    this.#caughtUp ||= this.#sawHead;
    await this.#saveHighestNowAndThen();
  }

  #noteApplied({ chain }: LogKeeper): void {
    this.#applied = { number: chain.number, hash: chain.hash };
  }

  async #performOther(action: Exclude<KeeperAction, { type: 'append' }>): Promise<void> {
    switch (action.type) {
      case 'rewind':
        await this.#tolerant(this.#file?.rewind(action.toNumber));
        return;
      case 'saveProof':
        await this.#tolerant(this.#evidence.saveProof(action.proof));
        return;
      case 'saveHighest':
        this.#unsaved = action.evidence;
        if (action.evidence.kind === 'head') this.#sawHead = true;
    }
  }

  async #rebuild(): Promise<void> {
    const changes: CatalogChange[] = [];
    await this.#file?.replay((signed) => {
      changes.push(parseEntryBody(signed.body).change);
    });
    this.#options.listener.rebuilt(changes);
  }

  /** At once when the log has grown, else at most once a minute. */
  async #saveHighestNowAndThen(): Promise<void> {
    const isLate = this.#options.now() - this.#savedAtMs >= HIGHEST_EVERY_MS;
    if (this.#savedNumber !== this.head.number || isLate) await this.#tolerant(this.#saveHighest());
  }

  async #saveHighest(): Promise<void> {
    const evidence = this.#unsaved;
    if (evidence === undefined) return;
    await this.#evidence.saveHighest(evidence);
    this.#unsaved = undefined;
    this.#savedNumber = this.head.number;
    this.#savedAtMs = this.#options.now();
  }

  /** A full disk must not stop an edge that can still serve: it is reported, and tried again with the next entry. */
  async #tolerant(work: Promise<unknown> | undefined): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#options.listener.diskFailed(error as Error);
    }
  }

  async #pinnedKey(): Promise<string | undefined> {
    const bytes = await readIfThere(this.#keyPath(), 256, this.#files);
    return bytes && parseKey(toUtf8(bytes)?.trim() ?? '');
  }

  #keyPath(): string {
    return join(this.#folder, 'root-key');
  }
}

/** Undefined for an entry that does not follow: the file is damaged from here on. */
function restored(keeper: LogKeeper, signed: Signed): EntryBody | undefined {
  try {
    return keeper.restore(signed);
  } catch (error) {
    if (error instanceof PeerError) return undefined;
    throw error;
  }
}
