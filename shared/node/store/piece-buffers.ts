/**
 * Buffers of large pieces, used again and again. V8 counts the bytes of buffers that are alive or not yet collected,
 * and marks its whole heap each time some tens of mebibytes came together: 20 times in 512 MiB taken in, each time on
 * all cores, a sixth of what the link cost.
 */

/** Smaller pieces are small sets, whose buffers die young and cost little. */
const MIN_BYTES = 256 * 1024;
/** As much as write-behind frees at a time. */
const MAX_FREE_BYTES = 16 * 1024 * 1024;

export class PieceBuffers {
  /** Last given first taken: it is in the processor's cache, if any is. */
  readonly #free: Uint8Array[] = [];
  #freeBytes = 0;

  /** What is in it is anything: every byte must be written before any is read. */
  take(lengthBytes: number): Uint8Array {
    const at = this.#free.findLastIndex((buffer) => buffer.length === lengthBytes);
    if (at < 0) return newBuffer(lengthBytes);
    const [buffer] = this.#free.splice(at, 1) as [Uint8Array];
    this.#freeBytes -= lengthBytes;
    return buffer;
  }

  /** Of a buffer that nobody else knows any more, nor any view of it. */
  giveBack(buffer: Uint8Array): void {
    const isWhole = buffer.length === buffer.buffer.byteLength;
    if (!isWhole || buffer.length < MIN_BYTES || this.#freeBytes + buffer.length > MAX_FREE_BYTES) return;
    this.#free.push(buffer);
    this.#freeBytes += buffer.length;
  }
}

/** Not zeroed, and not a part of Node's shared slab. */
export function newBuffer(lengthBytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(lengthBytes).buffer);
}
