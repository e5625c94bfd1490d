/**
 * Bencode (BEP 3) at the border: the guard judges the bytes, the `bencode` package reads and writes them, and
 * what it would damage is read and written here: dictionaries with keys that are not ASCII (it turns them into
 * hex and sorts them wrongly) or are `__proto__` (it sets the prototype), and whatever holds such a dictionary.
 */
import bencode from 'bencode';
import { concatBytes, fromLatin1, fromUtf8, toLatin1 } from '../bytes.ts';
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
  const plain = toPackage(value);
  return plain === undefined ? writeFragile(value) : bencode.encode(plain);
}

/** The value as the package writes it rightly; undefined for one it would damage. */
function toPackage(value: BencodeInput): unknown {
  if (typeof value === 'number') {
    invariant(Number.isSafeInteger(value), `bencode integer ${value}`);
    return value;
  }
  if (typeof value === 'string') return fromUtf8(value);
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return eachToPackage(value as readonly BencodeInput[]);
  invariant(value instanceof Map, `bencode of ${typeof value}`);
  const keys = [...(value as ReadonlyMap<string, BencodeInput>).keys()];
  for (const key of keys) invariant(isLatin1(key), 'bencode key');
  const values = eachToPackage([...(value as ReadonlyMap<string, BencodeInput>).values()]);
  if (values === undefined || !keys.every(isAscii)) return undefined;
  return new Map(keys.map((key, index) => [key, values[index]]));
}

function eachToPackage(values: readonly BencodeInput[]): unknown[] | undefined {
  const plain = Array.from(values, toPackage);
  return plain.includes(undefined) ? undefined : plain;
}

function writeFragile(value: BencodeInput): Uint8Array {
  if (!Array.isArray(value) && !(value instanceof Map)) return encode(value);
  const parts = [fromLatin1(value instanceof Map ? 'd' : 'l')];
  if (value instanceof Map) {
    // Code units of latin1 text are the raw bytes, so the default order is bencode's.
    for (const key of [...(value as ReadonlyMap<string, BencodeInput>).keys()].sort())
      parts.push(bencode.encode(fromLatin1(key)), encode(value.get(key) as BencodeInput));
  } else for (const item of value) parts.push(encode(item as BencodeInput));
  parts.push(fromLatin1('e'));
  return concatBytes(parts);
}

const isAscii = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
};

const isLatin1 = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x100) return false;
  return true;
};
