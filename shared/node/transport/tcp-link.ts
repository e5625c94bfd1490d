/**
 * One TCP connection. Chunks queue here and leave as one writev at a time: while one is under way the next
 * gathers, so a busy link makes few and large calls.
 */
import type { Socket } from 'node:net';
import { concatBytes } from '../../bytes.ts';
import type { Address } from '../../engine/inputs.ts';
import type { LinkId } from '../../units.ts';

export class TcpLink {
  readonly id: LinkId;
  readonly socket: Socket;
  readonly address: Address;
  readonly #onSent: (bytes: number, chunks: readonly Uint8Array[]) => void;
  #queue: Uint8Array[] = [];
  /** Position of the first chunk not yet sent: shifting an array costs a copy of it. */
  #head = 0;
  isWriting = false;
  isClosed = false;
  /** What 'close' will be told as. */
  hadError = false;

  /** @param onSent told of what the kernel took; the chunks are those pushed, but for small ones */
  constructor(
    id: LinkId,
    socket: Socket,
    address: Address,
    onSent: (bytes: number, chunks: readonly Uint8Array[]) => void,
  ) {
    this.id = id;
    this.socket = socket;
    this.address = address;
    this.#onSent = onSent;
  }

  push(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) if (chunk.length > 0) this.#queue.push(chunk);
  }

  get hasQueue(): boolean {
    return this.#head < this.#queue.length;
  }

  /** Hands about `portionBytes` to the kernel, whole chunks. @returns bytes */
  writeSome(portionBytes: number): number {
    if (this.isWriting || this.isClosed || !this.hasQueue) return 0;
    const from = this.#head;
    let bytes = 0;
    while (this.hasQueue && bytes < portionBytes) bytes += (this.#queue[this.#head++] as Uint8Array).length;
    const chunks = joinSmall(this.#queue, from, this.#head);
    this.#dropSent();
    const { socket } = this;
    this.isWriting = true;
    socket.cork();
    for (let at = 0; at < chunks.length - 1; at++) socket.write(chunks[at] as Uint8Array);
    socket.write(chunks[chunks.length - 1] as Uint8Array, (error) => {
      this.isWriting = false;
      if (!error && !this.isClosed) this.#onSent(bytes, chunks);
    });
    socket.uncork();
    return bytes;
  }

  close(): void {
    this.isClosed = true;
    this.#queue = [];
    this.#head = 0;
    this.socket.destroy();
  }

  #dropSent(): void {
    if (this.#head === this.#queue.length) this.#queue = [];
    else if (this.#head >= 256) this.#queue = this.#queue.slice(this.#head);
    else return;
    this.#head = 0;
  }
}

/**
 * Neighbours smaller than this are copied into one chunk: a chunk costs a stream about 2 us, whatever its size,
 * and a download sends nothing but requests of 17 bytes.
 */
const SMALL_BYTES = 1024;

/** The chunks from `from` up to `to`, small neighbours joined; blocks stay as they are. */
export function joinSmall(chunks: readonly Uint8Array[], from: number, to: number): readonly Uint8Array[] {
  const joined: Uint8Array[] = [];
  for (let at = from; at < to; ) {
    let end = at;
    while (end < to && (chunks[end] as Uint8Array).length < SMALL_BYTES) end++;
    if (end - at > 1) joined.push(concatBytes(chunks.slice(at, end)));
    else if (end > at) joined.push(chunks[at] as Uint8Array);
    if (end < to) joined.push(chunks[end] as Uint8Array);
    at = end + 1;
  }
  return joined;
}
