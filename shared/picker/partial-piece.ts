/** A piece under way: which of its blocks were asked of whom, and which came from whom. */
import type { PieceIndex } from '../units.ts';

/** Names a source of blocks within one torrent: a channel's number, or {@link WEB_SEED}. */
export type SourceId = number;
export const WEB_SEED: SourceId = -1;
const NOBODY = -2;

export interface BlockRequest {
  readonly source: SourceId;
  readonly requestedAt: number;
}

const NO_REQUESTS: readonly BlockRequest[] = [];
const NO_OTHERS: readonly SourceId[] = [];

export class PartialPiece {
  readonly piece: PieceIndex;
  readonly blockCount: number;
  /**
   * After a failed hash the piece is asked whole of one source, so that the next verdict names one node
   * (libtorrent calls it parole mode; threat row 3).
   */
  readonly onParole: boolean;
  readonly #requests: (readonly BlockRequest[])[];
  readonly #senders: SourceId[];
  #receivedCount = 0;
  /** No block before this one is free. */
  #firstFree = 0;
  #requestedCount = 0;

  constructor(piece: PieceIndex, blockCount: number, onParole: boolean) {
    this.piece = piece;
    this.blockCount = blockCount;
    this.onParole = onParole;
    this.#requests = Array.from({ length: blockCount }, () => NO_REQUESTS);
    this.#senders = Array.from({ length: blockCount }, () => NOBODY);
  }

  get isComplete(): boolean {
    return this.#receivedCount === this.blockCount;
  }

  /** Nothing received, nothing asked for: the piece may be given back to the open ones. */
  get isIdle(): boolean {
    return this.#receivedCount === 0 && this.#requestedCount === 0;
  }

  /** Every block is either received or asked of somebody. */
  get isFullyRequested(): boolean {
    return this.#receivedCount + this.#requestedCount === this.blockCount;
  }

  hasBlock(block: number): boolean {
    return this.#senders[block] !== NOBODY;
  }

  /** Who sent each block; only of a complete piece. */
  get senders(): readonly SourceId[] {
    return this.#senders;
  }

  requestsOf(block: number): readonly BlockRequest[] {
    return this.#requests[block] as readonly BlockRequest[];
  }

  isFree(block: number): boolean {
    return !this.hasBlock(block) && this.requestsOf(block).length === 0;
  }

  /** The first free block from this one on; -1 when there is none. */
  nextFree(from: number): number {
    for (let block = Math.max(from, this.#firstFree); block < this.blockCount; block++) {
      if (this.isFree(block)) return block;
    }
    return -1;
  }

  /** Whether the source may take blocks of this piece, given the parole rule. */
  admits(source: SourceId): boolean {
    if (!this.onParole) return true;
    for (let block = 0; block < this.blockCount; block++) {
      const sender = this.#senders[block] as number;
      if (sender !== NOBODY && sender !== source) return false;
      if (this.requestsOf(block).some((request) => request.source !== source)) return false;
    }
    return true;
  }

  isServedBy(source: SourceId): boolean {
    for (let block = 0; block < this.blockCount; block++) {
      if (this.#senders[block] === source) return true;
      if (this.requestsOf(block).some((request) => request.source === source)) return true;
    }
    return false;
  }

  request(block: number, source: SourceId, requestedAt: number): void {
    const requests = this.requestsOf(block);
    if (requests.length === 0 && !this.hasBlock(block)) this.#requestedCount++;
    const request = { source, requestedAt };
    // Nearly always it is the only one.
    this.#requests[block] = requests.length === 0 ? [request] : [...requests, request];
    if (block === this.#firstFree) this.#firstFree++;
  }

  /** The source will not send the block after all. @returns whether it had been asked. */
  release(block: number, source: SourceId): boolean {
    const requests = this.requestsOf(block);
    const at = requests.findIndex((request) => request.source === source);
    if (at < 0) return false;
    this.#requests[block] = requests.filter((_, i) => i !== at);
    if (requests.length === 1 && !this.hasBlock(block)) this.#requestedCount--;
    this.#firstFree = Math.min(this.#firstFree, block);
    return true;
  }

  /** @returns the other sources that were asked for the block (to be cancelled); undefined when it was here already. */
  receive(block: number, source: SourceId): readonly SourceId[] | undefined {
    if (this.hasBlock(block)) return undefined;
    const requests = this.requestsOf(block);
    if (requests.length > 0) this.#requestedCount--;
    this.#senders[block] = source;
    this.#receivedCount++;
    this.#requests[block] = NO_REQUESTS;
    const isAlone = requests.length === 0 || (requests.length === 1 && requests[0]?.source === source);
    if (isAlone) return NO_OTHERS;
    return requests.map((request) => request.source).filter((other) => other !== source);
  }
}
