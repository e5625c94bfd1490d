/**
 * One pass over bencoded bytes before the `bencode` package sees them. That package (4.0.1) trusts its input:
 * `l-3:` sends it into an endless loop, `10:abc` reads as three bytes, ten thousand `l` overflow the stack, and
 * `i007e`, unsorted keys or bytes after the end pass unseen. What comes through here is canonical (BEP 3): there
 * is exactly one way to write it, so decoding and encoding again gives the same bytes (threat row 7).
 */
import { fromLatin1 } from '../bytes.ts';
import { invariant, PeerError } from '../errors.ts';

export type BencodeErrorCode =
  | 'bencode_size'
  | 'bencode_truncated'
  | 'bencode_token'
  | 'bencode_integer'
  | 'bencode_length'
  | 'bencode_key'
  | 'bencode_key_order'
  | 'bencode_depth'
  | 'bencode_items'
  | 'bencode_trailing';

export interface GuardOptions {
  /** Nested lists and dictionaries. Default 16 (our deepest message has 6), at most 100 (libtorrent's limit). */
  readonly maxDepth?: number;
  /** Values and keys together. Default 10,000: at some 100 bytes of memory each, one message costs 1 MB at most. */
  readonly maxItems?: number;
  /** Length of the whole input. Default 1 MiB, libtorrent's limit for a tracker's answer. */
  readonly maxBytes?: number;
  /** Whether bytes may follow the value, as in ut_metadata (BEP 9); see {@link Guarded.endOffset}. Default no. */
  readonly allowTrailing?: boolean;
  /** A key of the outermost dictionary whose value's byte range is wanted (`info`, which is hashed as it came). */
  readonly rangeOf?: string;
}

export interface ByteRange {
  readonly startOffset: number;
  readonly endOffset: number;
}

/** What the pass learned of bytes that are sound. */
export interface Guarded {
  /** First byte after the value. */
  readonly endOffset: number;
  /** Where the value of `rangeOf` stands; undefined when there is no such key. */
  readonly range: ByteRange | undefined;
  /**
   * Lists and dictionaries that the package would damage: a key in them, or in what they hold, is not ASCII
   * or is `__proto__`. By offset of their first byte; the value lists the offsets of all values and keys in
   * them, and at the end the offset of their closing `e`.
   */
  readonly fragile: ReadonlyMap<number, readonly number[]>;
}

const DEPTH_CAP = 100;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const MINUS = 0x2d;
const COLON = 0x3a;
const INTEGER = 0x69;
const LIST = 0x6c;
const DICTIONARY = 0x64;
const END = 0x65;
const PROTO = fromLatin1('__proto__');

/** @throws PeerError with a {@link BencodeErrorCode} for anything that is not canonical or is over a limit. */
export function guardBencode(bytes: Uint8Array, options: GuardOptions = {}): Guarded {
  const guard = new Guard(bytes, options);
  guard.value(0);
  if (!options.allowTrailing && guard.at !== bytes.length) guard.fail('bencode_trailing');
  return { endOffset: guard.at, range: guard.range, fragile: guard.fragile };
}

class Guard {
  at = 0;
  range: ByteRange | undefined;
  readonly fragile = new Map<number, readonly number[]>();
  readonly #bytes: Uint8Array;
  readonly #maxDepth: number;
  readonly #rangeKey: Uint8Array | undefined;
  #itemsLeft: number;
  /** Where the string that was read last begins and ends. */
  #stringStart = 0;
  #stringEnd = 0;

  constructor(bytes: Uint8Array, options: GuardOptions) {
    this.#bytes = bytes;
    this.#maxDepth = options.maxDepth ?? 16;
    invariant(this.#maxDepth <= DEPTH_CAP, 'bencode depth limit');
    this.#itemsLeft = options.maxItems ?? 10_000;
    this.#rangeKey = options.rangeOf === undefined ? undefined : fromLatin1(options.rangeOf);
    if (bytes.length > (options.maxBytes ?? 1_048_576)) this.fail('bencode_size');
  }

  fail(code: BencodeErrorCode): never {
    throw new PeerError(code, `${code.slice('bencode_'.length).replace('_', ' ')} at byte ${this.at}`);
  }

  /** Steps over one value. @returns whether the package would damage it. */
  value(depth: number): boolean {
    const first = this.#peek();
    if (first === INTEGER) this.#integer();
    else if (first >= DIGIT_0 && first <= DIGIT_9) this.#string();
    else if (first !== LIST && first !== DICTIONARY) this.fail('bencode_token');
    else {
      if (depth >= this.#maxDepth) this.fail('bencode_depth');
      return first === LIST ? this.#list(depth + 1) : this.#dictionary(depth + 1);
    }
    return false;
  }

  #list(depth: number): boolean {
    this.#item();
    const start = this.at++;
    const children: number[] = [];
    let fragile = false;
    while (this.#peek() !== END) {
      children.push(this.at);
      if (this.value(depth)) fragile = true;
    }
    return this.#close(start, children, fragile);
  }

  #dictionary(depth: number): boolean {
    this.#item();
    const start = this.at++;
    const children: number[] = [];
    let fragile = false;
    let previousStart = 0;
    let previousEnd = -1;
    for (let first = this.#peek(); first !== END; first = this.#peek()) {
      if (first < DIGIT_0 || first > DIGIT_9) this.fail('bencode_key');
      children.push(this.at);
      this.#string();
      const keyStart = this.#stringStart;
      const keyEnd = this.#stringEnd;
      if (previousEnd >= 0 && !this.#rises(previousStart, previousEnd, keyStart, keyEnd))
        this.fail('bencode_key_order');
      if (this.#isFragileKey(keyStart, keyEnd)) fragile = true;
      const valueStart = this.at;
      children.push(valueStart);
      if (this.value(depth)) fragile = true;
      if (depth === 1 && this.#rangeKey && this.#isKey(keyStart, keyEnd, this.#rangeKey))
        this.range = { startOffset: valueStart, endOffset: this.at };
      previousStart = keyStart;
      previousEnd = keyEnd;
    }
    return this.#close(start, children, fragile);
  }

  #close(start: number, children: number[], fragile: boolean): boolean {
    if (fragile) {
      children.push(this.at);
      this.fragile.set(start, children);
    }
    this.at++;
    return fragile;
  }

  /** `i0e`, `i-7e`; not `i-0e`, `i007e`, `ie`, nor what a number of JavaScript cannot hold exactly. */
  #integer(): void {
    this.#item();
    this.at++;
    const negative = this.#peek() === MINUS;
    if (negative) this.at++;
    const value = this.#digits('bencode_integer');
    if (this.#peek() !== END || (negative && value === 0)) this.fail('bencode_integer');
    this.at++;
  }

  /** `3:abc`; not `03:abc`, nor a length that the input does not hold. */
  #string(): void {
    this.#item();
    const length = this.#digits('bencode_length');
    if (this.#peek() !== COLON) this.fail('bencode_length');
    this.at++;
    if (length > this.#bytes.length - this.at) this.fail('bencode_truncated');
    this.#stringStart = this.at;
    this.at += length;
    this.#stringEnd = this.at;
  }

  /** One or more digits without a leading zero, up to 2^53 - 1. */
  #digits(code: BencodeErrorCode): number {
    const first = this.#peek();
    if (first < DIGIT_0 || first > DIGIT_9) this.fail(code);
    this.at++;
    if (first === DIGIT_0) return 0;
    let value = first - DIGIT_0;
    for (let next = this.#peek(); next >= DIGIT_0 && next <= DIGIT_9; next = this.#peek()) {
      value = value * 10 + (next - DIGIT_0);
      if (value > Number.MAX_SAFE_INTEGER) this.fail(code);
      this.at++;
    }
    return value;
  }

  #peek(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) this.fail('bencode_truncated');
    return byte;
  }

  #item(): void {
    if (--this.#itemsLeft < 0) this.fail('bencode_items');
  }

  #rises(aStart: number, aEnd: number, bStart: number, bEnd: number): boolean {
    const shorter = Math.min(aEnd - aStart, bEnd - bStart);
    for (let i = 0; i < shorter; i++) {
      const difference = (this.#bytes[aStart + i] as number) - (this.#bytes[bStart + i] as number);
      if (difference !== 0) return difference < 0;
    }
    return aEnd - aStart < bEnd - bStart;
  }

  #isFragileKey(start: number, end: number): boolean {
    for (let i = start; i < end; i++) if ((this.#bytes[i] as number) >= 0x80) return true;
    return this.#isKey(start, end, PROTO);
  }

  #isKey(start: number, end: number, key: Uint8Array): boolean {
    if (end - start !== key.length) return false;
    for (let i = 0; i < key.length; i++) if (this.#bytes[start + i] !== key[i]) return false;
    return true;
  }
}
