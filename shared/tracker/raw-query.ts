/**
 * Query strings as trackers need them: values may be raw bytes, percent-encoded, which are no valid UTF-8, so the
 * usual parsers of query strings damage them. `+` is itself and no space: clients that mean it write it plainly.
 */
import { PeerError } from '../errors.ts';
import type { TrackerErrorCode } from './tracker-error.ts';

/** 70 info-hashes of 60 characters with their names are 5,040 characters. */
const MAX_QUERY_CHARACTERS = 8 * 1024;
const HEX_DIGIT = /^[0-9a-fA-F]{2}$/;

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
  let hex = '';
  for (let at = 0; at < rawValue.length; at++) {
    if (rawValue[at] === '%') {
      const digits = rawValue.slice(at + 1, at + 3);
      if (!HEX_DIGIT.test(digits)) throw invalid(`${name} is not percent-encoded`);
      hex += digits.toLowerCase();
      at += 2;
    } else {
      const code = rawValue.charCodeAt(at);
      if (code > 0xff) throw invalid(`${name} is not percent-encoded`);
      hex += (code < 16 ? '0' : '') + code.toString(16);
    }
    if (hex.length > 40) break;
  }
  if (hex.length !== 40) throw invalid(`${name} is not 20 bytes`);
  return hex;
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
