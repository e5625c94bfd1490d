/**
 * Texts of the log: bodies in and out, and the bytes that are hashed and signed.
 *
 * A body is hashed and signed as the text it is; these functions never write again what they have read.
 */
import { concatBytes, fromLatin1, fromUtf8, toHex } from '../bytes.ts';
import { invariant, PeerError } from '../errors.ts';
import { parseImageId } from '../units.ts';
import type { CatalogChange, EntryBody, HeadBody, LogCrypto, Signed } from './entry.ts';
import { JsonObject } from './json-object.ts';
import { parseImage } from './parse-image.ts';

/** Why a log's text was refused. Listed in docs/ERRORS.md. */
export type LogErrorCode =
  /** The text does not have the form of an entry or a head. */
  | 'log_body_invalid'
  | 'log_signature_invalid'
  /** The key was not (or no longer) valid at that point of the log, or only the root key may sign this. */
  | 'log_key_invalid'
  /** Not the number after the last. */
  | 'log_entry_gap'
  /** Another history than the one already verified; the proof is kept. */
  | 'log_fork'
  /** Tells of a log shorter than the one already verified. */
  | 'log_rollback'
  /** A head older than one already verified; a message that was late, or one that is replayed. */
  | 'log_head_old'
  | 'log_head_future';

/** 64 renditions of the longest fields take about 20 KiB. */
export const MAX_BODY_BYTES = 64 * 1024;
/** A head has five short fields. */
export const MAX_HEAD_BYTES = 1024;
/** Longest time for which a head may vouch: a stolen signature of a month would hide a frozen log for a month. */
export const MAX_VALID_MS = 24 * 3600 * 1000;
const MAX_NUMBER = Number.MAX_SAFE_INTEGER;

/**
 * What stands before a body when it is signed, so that a signed head can never be shown as an entry, nor a
 * signature of another protocol as one of these.
 */
const DOMAIN = {
  entry: fromLatin1('shoal catalog entry v1\n'),
  head: fromLatin1('shoal catalog head v1\n'),
} as const;

export type SignedKind = keyof typeof DOMAIN;

/** Signs bytes with the key that the body names; 128 hex digits. */
export type Sign = (bytes: Uint8Array) => string;

const HEX_64 = /^[0-9a-f]{64}$/;
const HEX_128 = /^[0-9a-f]{128}$/;

export const parseKey = (text: string): string | undefined => (HEX_64.test(text) ? text : undefined);
export const parseHash = parseKey;
const parseSignature = (text: string): string | undefined => (HEX_128.test(text) ? text : undefined);

/** The envelope as it lies in a frame or a file; the body's own form is judged by its parser. */
export function parseSigned<Code extends string>(object: JsonObject<Code>): Signed {
  return {
    body: object.text('body', MAX_BODY_BYTES),
    signature: object.parsed('signature', 128, parseSignature),
  };
}

/** @throws PeerError `log_body_invalid` */
export function parseEntryBody(body: string): EntryBody {
  const object = parseBody(body, MAX_BODY_BYTES, 'entry');
  return {
    number: object.integer('number', 1, MAX_NUMBER),
    previous: object.parsed('previous', 64, parseHash),
    timeMs: object.integer('timeMs', 0, MAX_NUMBER),
    key: object.parsed('key', 64, parseKey),
    change: parseChange(object.object('change')),
  };
}

/** @throws PeerError `log_body_invalid` */
export function parseHeadBody(body: string): HeadBody {
  const object = parseBody(body, MAX_HEAD_BYTES, 'head');
  return {
    head: object.integer('head', 0, MAX_NUMBER),
    hash: object.parsed('hash', 64, parseHash),
    timeMs: object.integer('timeMs', 0, MAX_NUMBER),
    validMs: object.integer('validMs', 1, MAX_VALID_MS),
    key: object.parsed('key', 64, parseKey),
  };
}

/** Hash by which the next entry and the heads name this body. */
export function hashBody(body: string, crypto: LogCrypto): string {
  return toHex(crypto.sha256(fromUtf8(body)));
}

export function verifySignature(kind: SignedKind, key: string, signed: Signed, crypto: LogCrypto): boolean {
  return crypto.verifyEd25519(key, signedBytes(kind, signed.body), signed.signature);
}

/** For the writer: `sign` must use the key that `entry.key` names. */
export function makeEntry(entry: EntryBody, sign: Sign): Signed {
  const { number, previous, timeMs, key, change } = entry;
  return make('entry', JSON.stringify({ number, previous, timeMs, key, change }), parseEntryBody, sign);
}

/** For the writer: `sign` must use the key that `head.key` names. */
export function makeHead(head: HeadBody, sign: Sign): Signed {
  const { head: number, hash, timeMs, validMs, key } = head;
  return make('head', JSON.stringify({ head: number, hash, timeMs, validMs, key }), parseHeadBody, sign);
}

/** A writer must not sign what no reader will take: the log could never go on from it. */
function make(kind: SignedKind, body: string, parse: (body: string) => unknown, sign: Sign): Signed {
  try {
    parse(body);
  } catch (error) {
    invariant(!(error instanceof PeerError), `would sign what readers refuse: ${String(error)}`);
    throw error;
  }
  return { body, signature: sign(signedBytes(kind, body)) };
}

function signedBytes(kind: SignedKind, body: string): Uint8Array {
  return concatBytes([DOMAIN[kind], fromUtf8(body)]);
}

function parseBody(body: string, maxBytes: number, path: string): JsonObject<LogErrorCode> {
  const object = JsonObject.parse<LogErrorCode>(body, maxBytes, 'log_body_invalid', path);
  // Characters are checked first: they are free, and no text has fewer bytes than characters.
  if (body.length * 3 > maxBytes && fromUtf8(body).length > maxBytes) object.fail('too many bytes');
  return object;
}

function parseChange(change: JsonObject<LogErrorCode>): CatalogChange {
  const type = change.text('type', 32);
  switch (type) {
    case 'key':
    case 'revoke-key':
      return { type, publicKey: change.parsed('publicKey', 64, parseKey) };
    case 'publish':
      return { type, image: parseImage(change.object('image')) };
    case 'purge':
      return { type, imageId: change.parsed('imageId', 24, parseImageId) };
    default:
      return change.fail('type is not known');
  }
}
