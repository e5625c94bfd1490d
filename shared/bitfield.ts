/**
 * A set of piece indexes, laid out as on the wire: the high bit of the first byte is index 0 and spare bits
 * at the end are zero (BEP 3, "bitfield").
 */
export class Bitfield {
  readonly size: number;
  readonly bytes: Uint8Array;
  #count = 0;

  private constructor(size: number, bytes: Uint8Array, count: number) {
    this.size = size;
    this.bytes = bytes;
    this.#count = count;
  }

  static empty(size: number): Bitfield {
    return new Bitfield(size, new Uint8Array(Math.ceil(size / 8)), 0);
  }

  static full(size: number): Bitfield {
    const field = Bitfield.empty(size);
    for (let i = 0; i < size; i++) field.set(i);
    return field;
  }

  /** From the wire: `undefined` when the length is wrong or a spare bit is set (BEP 3 says to drop the link). */
  static parse(size: number, bytes: Uint8Array): Bitfield | undefined {
    if (bytes.length !== Math.ceil(size / 8)) return undefined;
    const spareBits = bytes.length * 8 - size;
    if (spareBits > 0 && ((bytes[bytes.length - 1] as number) & ((1 << spareBits) - 1)) !== 0)
      return undefined;
    let count = 0;
    for (let byte of bytes) for (; byte !== 0; byte &= byte - 1) count++;
    return new Bitfield(size, bytes.slice(), count);
  }

  clone(): Bitfield {
    return new Bitfield(this.size, this.bytes.slice(), this.#count);
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === this.size;
  }

  has(index: number): boolean {
    return ((this.bytes[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;
  }

  /** @returns whether the bit was clear before. */
  set(index: number): boolean {
    if (index < 0 || index >= this.size || this.has(index)) return false;
    this.bytes[index >> 3] = (this.bytes[index >> 3] as number) | (0x80 >> (index & 7));
    this.#count++;
    return true;
  }

  /** @returns whether the bit was set before. */
  clear(index: number): boolean {
    if (!this.has(index)) return false;
    this.bytes[index >> 3] = (this.bytes[index >> 3] as number) & ~(0x80 >> (index & 7));
    this.#count--;
    return true;
  }

  /** Indexes that are set, in rising order. */
  *indexes(): Generator<number> {
    for (let i = 0; i < this.size; i++) if (this.has(i)) yield i;
  }
}
