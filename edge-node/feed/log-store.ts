/**
 * The edge's copy of the catalog log: the keeper of shared/log decides what counts, this file does what it says,
 * durably and in its order, and tells the listener what changed.
 */
import { join } from 'node:path';
import type { LogStatus } from '../../shared/api-types/status.ts';
import { PeerError, UserError } from '../../shared/errors.ts';
import { parseEntryBody, parseHeadBody } from '../../shared/log/codec.ts';
import { type CatalogChange, EMPTY_LOG_HASH, type LogCrypto, type Signed } from '../../shared/log/entry.ts';
import type { KeeperAction, KeeperResult, LogKeeper } from '../../shared/log/keeper.ts';
import { type FileSystem, nodeFileSystem } from '../../shared/node/store/file-system.ts';
import { EvidenceFiles } from './evidence-files.ts';
import { HighestSeen } from './highest-seen.ts';
import type { LogFile } from './log-file.ts';
import { readRootKey, writeRootKey } from './root-key-file.ts';
import { openStoredLog } from './stored-log.ts';

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

/**
 * So many are verified (some 10 ms of CPU), written and in effect before the next ones: of the 256 that a frame may hold,
 * the first are joined while the others are verified.
 */
const ENTRIES_AT_ONCE = 64;

export class LogStore {
  readonly #options: LogStoreOptions;
  readonly #evidence: EvidenceFiles;
  readonly #highest: HighestSeen;
  readonly #files: FileSystem;
  readonly #folder: string;
  #file: LogFile | undefined;
  #keeper: LogKeeper | undefined;
  #applied = { number: 0, hash: EMPTY_LOG_HASH };
  #caughtUp = false;
  #sawHead = false;
  #cutBytes = 0;

  private constructor(options: LogStoreOptions) {
    this.#options = options;
    this.#files = options.files ?? nodeFileSystem;
    this.#folder = join(options.dataFolder, 'log');
    this.#evidence = new EvidenceFiles(this.#folder, join(options.dataFolder, 'forks'), this.#files);
    this.#highest = new HighestSeen(this.#evidence, () => options.now());
  }

  /**
   * Reads what is on disk and gives every entry to the listener.
   * @throws UserError `root_key_differs` when the folder holds the log of another root key than the given one;
   *   the file system's error when the folder cannot be used
   */
  static async open(options: LogStoreOptions): Promise<LogStore> {
    const store = new LogStore(options);
    await store.#files.makeDirectory(store.#folder);
    const pinned = await readRootKey(store.#keyPath(), store.#files);
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
    await writeRootKey(this.#keyPath(), rootKey, this.#files);
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
    await this.#highest.save(this.head.number).catch(this.#options.listener.diskFailed);
    await this.#file?.close();
  }

  #requireKeeper(): LogKeeper {
    if (this.#keeper === undefined) throw new PeerError('feed_frame_invalid', 'entries before the welcome');
    return this.#keeper;
  }

  async #load(rootKey: string): Promise<void> {
    const { crypto, listener } = this.#options;
    const stored = await openStoredLog({
      path: join(this.#folder, 'entries.jsonl'),
      rootKey,
      crypto,
      highest: await this.#evidence.highest(crypto),
      proof: await this.#evidence.proof(),
      files: this.#files,
    });
    this.#file = stored.file;
    this.#keeper = stored.keeper;
    this.#cutBytes = stored.cutBytes;
    for (const { change, number } of stored.entries) listener.applied(change, number);
    this.#noteApplied(stored.keeper);
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
    await this.#tolerant(this.#highest.saveIfDue(this.head.number));
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
        this.#highest.seen(action.evidence);
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

  /** A full disk must not stop an edge that can still serve: it is reported, and tried again with the next entry. */
  async #tolerant(work: Promise<unknown> | undefined): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#options.listener.diskFailed(error as Error);
    }
  }

  #keyPath(): string {
    return join(this.#folder, 'root-key');
  }
}
