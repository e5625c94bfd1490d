/** Bencoded values (BEP 3) as types, and the readers that take one apart. */
import { toUtf8 } from '../bytes.ts';

/**
 * Keys are raw bytes on the wire and latin1 text here, one character a byte: so `d.get('info')` reads as one
 * expects, and a key of twenty raw bytes (scrape answers, BEP 52 "piece layers") stays exactly itself.
 */
export type BencodeDictionary = ReadonlyMap<string, BencodeValue>;

/** What decoding gives. Byte strings are copies: they keep no view of the message they came in. */
export type BencodeValue = number | Uint8Array | readonly BencodeValue[] | BencodeDictionary;

/** What encoding takes: the same, and text, which is written as UTF-8. */
export type BencodeInput =
  | number
  | string
  | Uint8Array
  | readonly BencodeInput[]
  | ReadonlyMap<string, BencodeInput>;

/** A dictionary to encode, from a literal; fields that are `undefined` are left out. Keys as latin1 text. */
export function dictionary(
  fields: Readonly<Record<string, BencodeInput | undefined>>,
): Map<string, BencodeInput> {
  const result = new Map<string, BencodeInput>();
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) result.set(key, value);
  return result;
}

/** Each reader answers `undefined` for a value of another type; the caller knows what that means. */
export const asInteger = (value: BencodeValue | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

export const asBytes = (value: BencodeValue | undefined): Uint8Array | undefined =>
  value instanceof Uint8Array ? value : undefined;

/** A byte string that is valid UTF-8. */
export const asText = (value: BencodeValue | undefined): string | undefined =>
  value instanceof Uint8Array ? toUtf8(value) : undefined;

export const asList = (value: BencodeValue | undefined): readonly BencodeValue[] | undefined =>
  Array.isArray(value) ? (value as readonly BencodeValue[]) : undefined;

export const asDictionary = (value: BencodeValue | undefined): BencodeDictionary | undefined =>
  value instanceof Map ? value : undefined;
