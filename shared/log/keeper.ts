/**
 * The reader's memory of the log (threat rows 29 and 30). It is offered entries and heads from anyone and answers
 * what to apply and what to keep. The host performs the actions in order, durably, before it offers more; after
 * a failure it makes a new keeper from what it has on disk.
 *
 * 1. The highest log ever verified is kept, by its signed head. What tells of a shorter log is refused.
 * 2. A head counts when its entries are there and verified, never before: one signed "head 2^50" moves nothing
 *    (fast-forward).
 * 3. Another entry or head for a number that we know is a fork: refused, and both sides kept as proof.
 * 4. The way back: the root key outranks log keys. When a branch that was refused comes to a key change signed by
 *    the root, and ours has none since the two parted, ours was written with a stolen log key: the keeper rewinds
 *    to where they parted and from then on accepts no log without that key change.
 * 5. Without a head that is still valid the log is stale: said so, and served on.
 */
import type { LogStatus } from '../api-types/status.ts';
import { PeerError } from '../errors.ts';
import { type ChainState, isKeyChange, restoreEntry, verifyHead, verifyParsed } from './chain.ts';
import { hashBody, type LogErrorCode, parseEntryBody, parseHeadBody } from './codec.ts';
import type { EntryBody, LogCrypto, Signed } from './entry.ts';
import { type Claim, claimOf, type Evidence, type ForkProof } from './evidence.ts';
import { LogHistory } from './history.ts';

/**
 * A head dated further ahead than this is refused. Clocks kept by NTP differ by milliseconds and a machine without
 * it by minutes; a head from the far future would hide a frozen log until then.
 */
export const MAX_CLOCK_SKEW_MS = 5 * 60_000;

export type KeeperAction =
  /** Store the entry after the last one, then apply its change. */
  | { readonly type: 'append'; readonly signed: Signed; readonly entry: EntryBody }
  /** Delete the stored entries after this number and undo what they changed. */
  | { readonly type: 'rewind'; readonly toNumber: number }
  /** Store in place of the one before. A new time at the same number comes with every heartbeat and may be batched. */
  | { readonly type: 'saveHighest'; readonly evidence: Evidence }
  /** Store for the operator. Comes once: the first proof is kept. */
  | { readonly type: 'saveProof'; readonly proof: ForkProof };

export interface KeeperResult {
  readonly actions: readonly KeeperAction[];
  /** Why what was offered (or a head that waited for it) does not count; actions hold all the same. */
  readonly refused: PeerError<string> | undefined;
}

export interface KeeperOptions {
  /** The pinned root key, 64 hex digits. */
  readonly rootKey: string;
  readonly crypto: LogCrypto;
  /** As `saveHighest` and `saveProof` gave them in an earlier life. */
  readonly highest?: Evidence | undefined;
  readonly proof?: ForkProof | undefined;
}

/** Another history, followed by its state alone: no entry of it is kept. */
interface Branch {
  /** First number at which it differs from ours. */
  readonly partedAt: number;
  readonly state: ChainState;
}

export class LogKeeper {
  readonly #crypto: LogCrypto;
  readonly #history: LogHistory;
  #highest: { evidence: Evidence; claim: Claim } | undefined;
  #proof: ForkProof | undefined;
  #branch: Branch | undefined;
  /** The newest head that is ahead of our entries: unverified, one only, and gone with the process. */
  #waiting: Signed | undefined;

  /** @throws PeerError `log_body_invalid` when the stored evidence is damaged */
  constructor(options: KeeperOptions) {
    this.#crypto = options.crypto;
    this.#history = new LogHistory(options.rootKey);
    this.#proof = options.proof;
    if (options.highest)
      this.#highest = { evidence: options.highest, claim: claimOf(options.highest, options.crypto) };
  }

  /** Number, hash and keys after the last entry applied. */
  get chain(): ChainState {
    return this.#history.state;
  }

  get proof(): ForkProof | undefined {
    return this.#proof;
  }

  /**
   * Takes the next entry from the reader's own disk. Its signature was checked when it came, and is not again.
   * @throws PeerError when it does not follow: the store is damaged here, and the feed has the rest
   */
  restore(signed: Signed): EntryBody {
    const { state, entry } = restoreEntry(this.chain, signed, this.#crypto);
    this.#requireHighest(state);
    this.#history.append(state);
    return entry;
  }

  /** An entry that is already known changes nothing and is no error: feeds and neighbours overlap. */
  offerEntry(signed: Signed): KeeperResult {
    return judged((actions) => {
      const entry = parseEntryBody(signed.body);
      const known = this.#history.hashAt(entry.number);
      if (known !== undefined && known === hashBody(signed.body, this.#crypto)) return;
      if (entry.number === this.chain.number + 1 && entry.previous === this.chain.hash)
        this.#extend(signed, entry, actions);
      else this.#follow(signed, entry, actions);
    });
  }

  /** @param now Unix ms by the reader's clock */
  offerHead(signed: Signed, now: number): KeeperResult {
    return judged((actions) => {
      const head = parseHeadBody(signed.body);
      if (head.timeMs > now + MAX_CLOCK_SKEW_MS)
        throw refusal('log_head_future', `head of ${head.timeMs}, clock at ${now}`);
      if (head.head > this.chain.number) this.#waiting = signed;
      else this.#acceptHead(signed, actions);
    });
  }

  status(now: number): LogStatus {
    const claim = this.#highest?.claim;
    return {
      number: this.chain.number,
      hash: this.chain.hash,
      headTimeMs: claim?.timeMs ?? null,
      stale: claim === undefined || now > claim.validUntilMs,
      forked: this.#proof !== undefined,
    };
  }

  /** @param entry the body of `signed`, read */
  #extend(signed: Signed, entry: EntryBody, actions: KeeperAction[]): void {
    const state = verifyParsed(this.chain, signed, entry, this.#crypto);
    try {
      this.#requireHighest(state);
    } catch (error) {
      this.#keepProof(state.number, { kind: 'entry', signed }, actions);
      throw error;
    }
    this.#history.append(state);
    actions.push({ type: 'append', signed, entry });
    const waiting = this.#waiting;
    if (!waiting || parseHeadBody(waiting.body).head > state.number) return;
    this.#waiting = undefined;
    this.#acceptHead(waiting, actions);
  }

  /** An entry that is not the next of ours: of a branch, of no log at all, or too early. */
  #follow(signed: Signed, entry: EntryBody, actions: KeeperAction[]): void {
    const from = this.#branchBefore(entry);
    const state = verifyParsed(from.state, signed, entry, this.#crypto);
    this.#branch = { partedAt: from.partedAt, state };
    if (isKeyChange(entry.change) && !this.#history.hasKeyChangeAfter(from.partedAt - 1)) {
      this.#wayBack(from.partedAt, { kind: 'entry', signed }, actions);
      if (entry.number === from.partedAt) this.#extend(signed, entry, actions);
      return;
    }
    this.#keepProof(from.partedAt, { kind: 'entry', signed }, actions);
    throw refusal('log_fork', `entry ${entry.number} of a log that parts from ours at ${from.partedAt}`);
  }

  /** The state that this entry follows: of the branch at hand, or of our log where a new branch begins. */
  #branchBefore(entry: EntryBody): Branch {
    const branch = this.#branch;
    if (branch && branch.state.number === entry.number - 1 && branch.state.hash === entry.previous)
      return branch;
    const ours = this.#history.hashAt(entry.number - 1);
    if (ours === undefined)
      throw refusal('log_entry_gap', `entry ${entry.number} after ${this.chain.number}`);
    if (ours !== entry.previous) throw refusal('log_fork', `entry ${entry.number} follows another entry`);
    return { partedAt: entry.number, state: this.#history.stateAt(entry.number - 1) };
  }

  #wayBack(partedAt: number, evidence: Evidence, actions: KeeperAction[]): void {
    this.#keepProof(partedAt, evidence, actions);
    this.#history.truncate(partedAt - 1);
    this.#branch = undefined;
    this.#waiting = undefined;
    actions.push({ type: 'rewind', toNumber: partedAt - 1 });
    this.#setHighest(evidence, actions);
  }

  /** A head at or below our last entry. */
  #acceptHead(signed: Signed, actions: KeeperAction[]): void {
    const evidence: Evidence = { kind: 'head', signed };
    const { head, hash, timeMs } = parseHeadBody(signed.body);
    // By the keys of today: a revoked key vouches for nothing, not even for the past.
    verifyHead(this.chain, signed, this.#crypto);
    if (this.#history.hashAt(head) !== hash) {
      this.#keepProof(head, evidence, actions);
      throw refusal('log_fork', `head ${head} names another entry`);
    }
    const highest = this.#highest?.claim;
    if (highest && head < highest.number && timeMs > highest.timeMs) {
      this.#keepProof(head, evidence, actions);
      throw refusal('log_rollback', `head ${head} after head ${highest.number}`);
    }
    if (head < this.chain.number || (highest && (head < highest.number || timeMs < highest.timeMs)))
      throw refusal('log_head_old', `head ${head} of ${timeMs}`);
    if (highest?.number === head && highest.timeMs === timeMs && this.#highest?.evidence.kind === 'head')
      return;
    this.#setHighest(evidence, actions);
  }

  /** The log must pass through the highest entry that was ever verified. */
  #requireHighest(state: ChainState): void {
    const highest = this.#highest?.claim;
    if (highest?.number === state.number && highest.hash !== state.hash)
      throw refusal('log_fork', `entry ${state.number} is not the one verified before`);
  }

  #setHighest(evidence: Evidence, actions: KeeperAction[]): void {
    this.#highest = { evidence, claim: claimOf(evidence, this.#crypto) };
    actions.push({ type: 'saveHighest', evidence });
  }

  /** One proof is enough, and more would let a thief fill the disk. */
  #keepProof(number: number, theirs: Evidence, actions: KeeperAction[]): void {
    if (this.#proof) return;
    this.#proof = { number, ours: this.#highest?.evidence, theirs };
    actions.push({ type: 'saveProof', proof: this.#proof });
  }
}

/** Runs a judgement: what it throws of the peer's is the refusal, and actions taken before it hold. */
function judged(judge: (actions: KeeperAction[]) => void): KeeperResult {
  const actions: KeeperAction[] = [];
  try {
    judge(actions);
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    return { actions, refused: error };
  }
  return { actions, refused: undefined };
}

function refusal(code: LogErrorCode, message: string): PeerError<LogErrorCode> {
  return new PeerError(code, message);
}
