/**
 * Signed addresses of images (threat row 46), for shops that let only their own pages show them. The signature is
 * HMAC-SHA-256 (RFC 2104), whole, over the path, every word of the query in the order of their names, the expiry and
 * the key's id among them. A word that stands twice is refused: what was signed and what is read are then the same.
 */
import { concatBytes, fromUtf8 } from '../bytes.ts';

export interface UrlKey {
  /** 1 to 32 letters, digits, dashes, underscores: stands in the address, so that keys can change. */
  readonly id: string;
  /** At least 32 bytes. */
  readonly secret: Uint8Array;
}

/** HMAC-SHA-256; given by the host. */
export type Hmac = (secret: Uint8Array, bytes: Uint8Array) => Uint8Array;

export type UrlVerdict = 'ok' | 'unsigned' | 'expired';

const KEY = 'key';
const EXPIRES = 'expires';
const SIGNATURE = 'signature';
/** A signature of another protocol by the same key is none of ours. */
const DOMAIN = 'shoal image url v1\n';
/** Of milliseconds there are more digits. */
const SECONDS = /^[1-9]\d{0,11}$/;
/** What is longer nobody signed; the rest of the query is bounded by the server's limit on headers. */
const MAX_WORDS = 64;

/**
 * @param target path and query, as `/images/ID/640.avif` or `/images/ID?w=600`
 * @param expiresSeconds Unix seconds; the address is good before them
 * @returns the target with three words more
 * @throws RangeError for what could not be verified: a query with a word twice, with broken escapes or with one of the
 *   three; a time that is no whole number of seconds; an address with its host, of which a node sees the rest alone
 */
export function signUrl(target: string, key: UrlKey, expiresSeconds: number, hmac: Hmac): string {
  if (!target.startsWith('/')) throw new RangeError('sign path and query, as /images/ID/640.avif');
  if (!SECONDS.test(`${expiresSeconds}`)) throw new RangeError('the expiry is no number of Unix seconds');
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  const query = at < 0 ? '' : `${target.slice(at + 1)}&`;
  const whole = `${query}${KEY}=${key.id}&${EXPIRES}=${expiresSeconds}`;
  const words = readWords(whole);
  if (words === undefined || words.has(SIGNATURE)) throw new RangeError('this query cannot be signed');
  const signature = toBase64Url(hmac(key.secret, signedBytes(path, words)));
  return `${path}?${whole}&${SIGNATURE}=${signature}`;
}

/**
 * @param keys the present one and those that are being replaced
 * @param equal compares in constant time
 */
export function verifyUrl(
  target: string,
  keys: readonly UrlKey[],
  nowSeconds: number,
  hmac: Hmac,
  equal: (a: Uint8Array, b: Uint8Array) => boolean,
): UrlVerdict {
  const at = target.indexOf('?');
  const words = at < 0 ? undefined : readWords(target.slice(at + 1));
  const given = words?.get(SIGNATURE);
  const expires = words?.get(EXPIRES);
  const key = keys.find(({ id }) => id === words?.get(KEY));
  if (!words || !key || given === undefined || !SECONDS.test(expires ?? '')) return 'unsigned';
  words.delete(SIGNATURE);
  const right = toBase64Url(hmac(key.secret, signedBytes(target.slice(0, at), words)));
  if (!equal(fromUtf8(given), fromUtf8(right))) return 'unsigned';
  return nowSeconds < Number(expires) ? 'ok' : 'expired';
}

function signedBytes(path: string, words: ReadonlyMap<string, string>): Uint8Array {
  const sorted = [...words].map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  sorted.sort();
  return concatBytes([fromUtf8(`${DOMAIN}${path}\n${sorted.join('&')}`)]);
}

/** Undefined for a query that two readers might understand differently. */
function readWords(query: string): Map<string, string> | undefined {
  const words = new Map<string, string>();
  for (const pair of query.split('&', MAX_WORDS + 1)) {
    const equals = pair.indexOf('=');
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = decoded(equals < 0 ? '' : pair.slice(equals + 1));
    if (!name || value === undefined || words.has(name) || words.size === MAX_WORDS) return undefined;
    words.set(name, value);
  }
  return words;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** RFC 4648 section 5, without padding: of 32 bytes 43 characters. */
function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const bits = (a << 16) | (b << 8) | c;
    const characters = Math.min(4, Math.ceil(((bytes.length - at) * 8) / 6));
    for (let index = 0; index < characters; index++) text += ALPHABET[(bits >> (18 - 6 * index)) & 63];
  }
  return text;
}
