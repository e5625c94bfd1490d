/**
 * The rules of the log, as pure functions over what is known after each entry.
 *
 * 1. Entries are numbered from 1 without gaps, and each names the hash of the one before.
 * 2. Entry 1 is a `key` entry. `key` and `revoke-key` are signed by the root key, all others by a log key that
 *    was added before and not revoked since.
 * 3. The root key is never a log key: it can stay offline (threat row 31). A revoked key never comes back.
 */
import { PeerError } from '../errors.ts';
import { hashBody, type LogErrorCode, parseEntryBody, parseHeadBody, verifySignature } from './codec.ts';
import {
  type CatalogChange,
  EMPTY_LOG_HASH,
  type EntryBody,
  type HeadBody,
  type LogCrypto,
  type Signed,
} from './entry.ts';

/** Plain data: may be stored and read back. */
export interface ChainState {
  /** Number of the last entry; 0 before the first. */
  readonly number: number;
  readonly hash: string;
  readonly rootKey: string;
  /** Log keys that may sign the next entry. */
  readonly keys: readonly string[];
  readonly revokedKeys: readonly string[];
}

/** Keys ever added. A new key each week fits for ten years; every entry pays for a longer list. */
const MAX_KEYS = 512;

export function emptyChain(rootKey: string): ChainState {
  return { number: 0, hash: EMPTY_LOG_HASH, rootKey, keys: [], revokedKeys: [] };
}

/** @throws PeerError with a {@link LogErrorCode}; nothing of the entry may be used then */
export function verifyEntry(
  state: ChainState,
  signed: Signed,
  crypto: LogCrypto,
): { state: ChainState; entry: EntryBody } {
  const entry = parseEntryBody(signed.body);
  return { state: verifyParsed(state, signed, entry, crypto), entry };
}

/**
 * As {@link verifyEntry}, for who has read the body already.
 * @param entry what `parseEntryBody` made of the body
 */
export function verifyParsed(
  state: ChainState,
  signed: Signed,
  entry: EntryBody,
  crypto: LogCrypto,
): ChainState {
  requireNext(state, entry);
  const isAllowed = isKeyChange(entry.change) ? entry.key === state.rootKey : state.keys.includes(entry.key);
  if (!isAllowed) throw logError('log_key_invalid', `entry ${entry.number} by ${entry.key}`);
  const next = applyEntry(state, entry, hashBody(signed.body, crypto));
  // Last, for it costs a hundred times the rest.
  if (!verifySignature('entry', entry.key, signed, crypto))
    throw logError('log_signature_invalid', `entry ${entry.number}`);
  return next;
}

/**
 * A head by a key that is valid after the last entry of `state`. Whether its number and hash are those of a log
 * is for the caller to compare: the signature alone says who claims it.
 *
 * @throws PeerError `log_body_invalid`, `log_key_invalid`, `log_signature_invalid`
 */
export function verifyHead(state: ChainState, signed: Signed, crypto: LogCrypto): HeadBody {
  const head = parseHeadBody(signed.body);
  if (!state.keys.includes(head.key)) throw logError('log_key_invalid', `head ${head.head} by ${head.key}`);
  if (!verifySignature('head', head.key, signed, crypto))
    throw logError('log_signature_invalid', `head ${head.head}`);
  return head;
}

/**
 * As {@link verifyEntry} for an entry that was verified before (from the reader's own disk): number and hash must
 * follow, signatures are not checked again.
 * @throws PeerError when the store is damaged
 */
export function restoreEntry(
  state: ChainState,
  signed: Signed,
  crypto: LogCrypto,
): { state: ChainState; entry: EntryBody } {
  const entry = parseEntryBody(signed.body);
  requireNext(state, entry);
  return { state: applyEntry(state, entry, hashBody(signed.body, crypto)), entry };
}

export function isKeyChange(change: CatalogChange): change is Extract<CatalogChange, { publicKey: string }> {
  return change.type === 'key' || change.type === 'revoke-key';
}

function requireNext(state: ChainState, entry: EntryBody): void {
  if (entry.number !== state.number + 1)
    throw logError('log_entry_gap', `entry ${entry.number} after ${state.number}`);
  if (entry.previous !== state.hash)
    throw logError('log_fork', `entry ${entry.number} follows another entry`);
}

function applyEntry(state: ChainState, entry: EntryBody, hash: string): ChainState {
  const { change } = entry;
  if (!isKeyChange(change)) return { ...state, number: entry.number, hash };
  const key = change.publicKey;
  const isKnown = state.keys.includes(key);
  if (change.type === 'revoke-key') {
    if (!isKnown) throw logError('log_key_invalid', `entry ${entry.number} revokes a key that is not valid`);
    const keys = state.keys.filter((other) => other !== key);
    return { ...state, number: entry.number, hash, keys, revokedKeys: [...state.revokedKeys, key] };
  }
  if (isKnown || key === state.rootKey || state.revokedKeys.includes(key))
    throw logError('log_key_invalid', `entry ${entry.number} adds a key that can not be added`);
  if (state.keys.length + state.revokedKeys.length >= MAX_KEYS)
    throw logError('log_key_invalid', `entry ${entry.number} adds one key too many`);
  return { ...state, number: entry.number, hash, keys: [...state.keys, key] };
}

function logError(code: LogErrorCode, message: string): PeerError<LogErrorCode> {
  return new PeerError(code, message);
}
