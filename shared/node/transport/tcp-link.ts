/**
 * One TCP connection. Chunks queue here and leave as one writev at a time: while one is under way the next
 * gathers, so a busy link makes few and large calls.
 */
import type { Socket } from 'node:net';
import type { Address } from '../../engine/inputs.ts';
import type { LinkId } from '../../units.ts';

export class TcpLink {
  readonly id: LinkId;
  readonly socket: Socket;
  readonly address: Address;
  readonly #onSent: (bytes: number) => void;
  #queue: Uint8Array[] = [];
  /** Position of the first chunk not yet sent: shifting an array costs a copy of it. */
  #head = 0;
  isWriting = false;
  isClosed = false;
  /** What 'close' will be told as. */
  hadError = false;

  constructor(id: LinkId, socket: Socket, address: Address, onSent: (bytes: number) => void) {
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
    const { socket } = this;
    this.isWriting = true;
    socket.cork();
    for (let at = from; at < this.#head - 1; at++) socket.write(this.#queue[at] as Uint8Array);
    socket.write(this.#queue[this.#head - 1] as Uint8Array, (error) => {
      this.isWriting = false;
      if (!error && !this.isClosed) this.#onSent(bytes);
    });
    socket.uncork();
    this.#dropSent();
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
