/**
 * Query strings as trackers need them: values may be raw bytes, percent-encoded, which are no valid UTF-8, so the
 * usual parsers of query strings damage them. `+` is itself and no space: clients that mean it write it plainly.
 */
import { toHex } from '../bytes.ts';
import { PeerError } from '../errors.ts';
import type { TrackerErrorCode } from './tracker-error.ts';

/** 70 info-hashes of 60 characters with their names are 5,040 characters. */
const MAX_QUERY_CHARACTERS = 8 * 1024;
const PERCENT = 0x25;

/**
 * @param rawQuery what stands after the `?`, not decoded
 * @returns names with their raw values, in order
 * @throws PeerError `tracker_query_invalid`
 */
export function splitQuery(rawQuery: string): [name: string, rawValue: string][] {
  if (rawQuery.length > MAX_QUERY_CHARACTERS) throw invalid(`query of ${rawQuery.length} characters`);
  return rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    });
}

/** Exactly 20 bytes, as 40 lower-case hex digits. @throws PeerError `tracker_query_invalid` */
export function decode20Bytes(name: string, rawValue: string): string {
  const bytes = new Uint8Array(20);
  let filled = 0;
  for (let at = 0; at < rawValue.length; at++) {
    let byte = rawValue.charCodeAt(at);
    if (byte === PERCENT) {
      byte = (hexDigit(rawValue.charCodeAt(at + 1)) << 4) | hexDigit(rawValue.charCodeAt(at + 2));
      at += 2;
    }
    if (byte < 0 || byte > 0xff) throw invalid(`${name} is not percent-encoded`);
    if (filled === bytes.length) throw invalid(`${name} is more than 20 bytes`);
    bytes[filled++] = byte;
  }
  if (filled !== bytes.length) throw invalid(`${name} is ${filled} bytes and not 20`);
  return toHex(bytes);
}

/** Value of a hex digit's character code; -1 for any other, and for the NaN past the end of a text. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lowered = code | 0x20;
  return lowered >= 0x61 && lowered <= 0x66 ? lowered - 0x57 : -1;
}

/** Percent-encodes the bytes that stand in `hex`; letters, digits and `-._~` stay (RFC 3986 section 2.3). */
export function encodeHexBytes(hex: string): string {
  let text = '';
  for (let at = 0; at < hex.length; at += 2) {
    const digits = hex.slice(at, at + 2);
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    text += /[A-Za-z0-9._~-]/.test(character) ? character : `%${digits.toUpperCase()}`;
  }
  return text;
}

export function invalid(message: string): PeerError<TrackerErrorCode> {
  return new PeerError('tracker_query_invalid', message);
}
