/** The edge's copy of the catalog log: the keeper of shared/log decides what of an offer counts, {@link LogDisk} keeps it. */
import { join } from 'node:path';
import type { LogStatus } from '../../shared/api-types/status.ts';
import { PeerError, UserError } from '../../shared/errors.ts';
import { parseHeadBody } from '../../shared/log/codec.ts';
import { EMPTY_LOG_HASH, type LogCrypto, type Signed } from '../../shared/log/entry.ts';
import type { KeeperAction, KeeperResult, LogKeeper } from '../../shared/log/keeper.ts';
import { type FileSystem, nodeFileSystem } from '../../shared/node/store/file-system.ts';
import { EvidenceFiles } from './evidence-files.ts';
import { LogDisk, type LogListener } from './log-disk.ts';
import { readRootKey, writeRootKey } from './root-key-file.ts';
import { openStoredLog } from './stored-log.ts';

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
  readonly #files: FileSystem;
  readonly #folder: string;
  /** Undefined until a root key is pinned. */
  #log: { readonly keeper: LogKeeper; readonly disk: LogDisk } | undefined;
  #applied = { number: 0, hash: EMPTY_LOG_HASH };
  #caughtUp = false;
  #cutBytes = 0;

  private constructor(options: LogStoreOptions) {
    this.#options = options;
    this.#files = options.files ?? nodeFileSystem;
    this.#folder = join(options.dataFolder, 'log');
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
    return Math.min(this.#applied.number, this.#log?.disk.count ?? 0);
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
    return { ...(this.#log?.keeper.status(this.#options.now()) ?? nothing), ...this.#applied };
  }

  /**
   * Trusts this root key from now on, and no other ever.
   * @throws PeerError `log_root_key` when another is pinned
   */
  async pin(rootKey: string): Promise<void> {
    const pinned = this.#log?.keeper.chain.rootKey;
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
    const { keeper } = this.#requireLog();
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
    const { keeper } = this.#requireLog();
    const result: KeeperResult = keeper.offerHead(signed, this.#options.now());
    await this.#perform(result.actions);
    if (result.refused === undefined && parseHeadBody(signed.body).head <= keeper.chain.number)
      this.#caughtUp = true;
    return result.refused;
  }

  async close(): Promise<void> {
    await this.#log?.disk.close(this.head.number);
  }

  #requireLog() {
    if (this.#log === undefined) throw new PeerError('feed_frame_invalid', 'entries before the welcome');
    return this.#log;
  }

  async #load(rootKey: string): Promise<void> {
    const { crypto, listener, dataFolder } = this.#options;
    const evidence = new EvidenceFiles(this.#folder, join(dataFolder, 'forks'), this.#files);
    const { file, keeper, entries, cutBytes } = await openStoredLog({
      path: join(this.#folder, 'entries.jsonl'),
      rootKey,
      crypto,
      highest: await evidence.highest(crypto),
      proof: await evidence.proof(),
      files: this.#files,
    });
    this.#log = { keeper, disk: new LogDisk({ file, evidence, listener, now: () => this.#options.now() }) };
    this.#cutBytes = cutBytes;
    for (const { change, number } of entries) listener.applied(change, number);
    this.#noteApplied(keeper);
  }

  async #perform(actions: readonly KeeperAction[]): Promise<void> {
    const { keeper, disk } = this.#requireLog();
    await disk.perform(actions);
    this.#noteApplied(keeper);
    this.#caughtUp ||= actions.some(bringsHead);
    await disk.saveHighestIfDue(this.head.number);
  }

  #noteApplied({ chain }: LogKeeper): void {
    this.#applied = { number: chain.number, hash: chain.hash };
  }

  #keyPath(): string {
    return join(this.#folder, 'root-key');
  }
}

/** A head counts only when our entries reach it. */
const bringsHead = (action: KeeperAction): boolean =>
  action.type === 'saveHighest' && action.evidence.kind === 'head';
