/**
 * Bencode (BEP 3) at the border: the guard judges the bytes, the `bencode` package reads them, and what it would damage
 * is read here: dictionaries with keys that are not ASCII (it turns them into hex) or are `__proto__` (it sets the
 * prototype), and whatever holds such a dictionary. Writing is done here altogether: the package sorts such keys wrongly,
 * and took eight times as long for a torrent, of which an edge writes one for each set it joins.
 */
import bencode from 'bencode';
import { fromUtf8, toLatin1 } from '../bytes.ts';
import { invariant } from '../errors.ts';
import { type ByteRange, type Guarded, type GuardOptions, guardBencode } from './guard.ts';
import type { BencodeInput, BencodeValue } from './value.ts';

export interface Decoded {
  readonly value: BencodeValue;
  /** First byte after the value; less than the input's length only with `allowTrailing`. */
  readonly endOffset: number;
  /** Where the value of the key `rangeOf` stands in the input. */
  readonly range: ByteRange | undefined;
}

/**
 * Reads one canonical bencoded value. Dictionaries come as Maps in the order of their raw keys.
 * @throws PeerError `bencode_*`
 */
export function decode(bytes: Uint8Array, options: GuardOptions = {}): BencodeValue {
  return decodeWithOffsets(bytes, options).value;
}

/** As {@link decode}, and tells where the value ends and where the value of `rangeOf` stands. */
export function decodeWithOffsets(bytes: Uint8Array, options: GuardOptions = {}): Decoded {
  const guarded = guardBencode(bytes, options);
  const value = read(bytes, 0, guarded.endOffset, guarded);
  return { value, endOffset: guarded.endOffset, range: guarded.range };
}

function read(bytes: Uint8Array, startOffset: number, endOffset: number, guarded: Guarded): BencodeValue {
  const children = guarded.fragile.get(startOffset);
  if (children === undefined) return fromPackage(bencode.decode(bytes, startOffset, endOffset));
  const child = (index: number) =>
    read(bytes, children[index] as number, children[index + 1] as number, guarded);
  const count = children.length - 1;
  if (bytes[startOffset] === 0x6c) return Array.from({ length: count }, (_, index) => child(index));
  const result = new Map<string, BencodeValue>();
  for (let i = 0; i < count; i += 2) result.set(toLatin1(child(i) as Uint8Array), child(i + 1));
  return result;
}

/** The package's plain objects become Maps: they have no prototype to trip over and keep numeric keys in order. */
function fromPackage(value: unknown): BencodeValue {
  if (typeof value === 'number' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(fromPackage);
  invariant(typeof value === 'object' && value !== null, 'bencode package');
  const object = value as Readonly<Record<string, unknown>>;
  return new Map(
    Object.keys(object)
      .sort()
      .map((key) => [key, fromPackage(object[key])]),
  );
}

/**
 * Writes a value in its one canonical form, keys in the order of their raw bytes.
 * @throws InternalError for floats, integers beyond 2^53 - 1, `undefined`, and keys that are not latin1 text
 */
export function encode(value: BencodeInput): Uint8Array {
  const parts: (string | Uint8Array)[] = [];
  write(value, parts);
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'string') for (let i = 0; i < part.length; i++) bytes[at + i] = part.charCodeAt(i);
    else bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Appends what the value is written as; texts are latin1, one character a byte. */
function write(value: BencodeInput, parts: (string | Uint8Array)[]): void {
  if (typeof value === 'number') {
    invariant(Number.isSafeInteger(value), `bencode integer ${value}`);
    parts.push(`i${value}e`);
  } else if (typeof value === 'string') write(fromUtf8(value), parts);
  else if (value instanceof Uint8Array) parts.push(`${value.length}:`, value);
  else if (Array.isArray(value)) {
    parts.push('l');
    for (const item of value as readonly BencodeInput[]) write(item, parts);
    parts.push('e');
  } else {
    invariant(value instanceof Map, `bencode of ${typeof value}`);
    const dictionary = value as ReadonlyMap<string, BencodeInput>;
    parts.push('d');
    // Code units of latin1 text are the raw bytes, so the default order is bencode's.
    for (const key of [...dictionary.keys()].sort()) {
      invariant(isLatin1(key), 'bencode key');
      parts.push(`${key.length}:${key}`);
      write(dictionary.get(key) as BencodeInput, parts);
    }
    parts.push('e');
  }
}

const isLatin1 = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x100) return false;
  return true;
};
