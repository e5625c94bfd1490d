/** Blocks that the other side of a channel asked for and that wait for their turn, counted for its link and node. */
import type { PieceIndex } from '../units.ts';

/** A block the other side asked for; its length may reach into the padding. */
export interface UploadRequest {
  readonly piece: PieceIndex;
  readonly beginBytes: number;
  readonly lengthBytes: number;
}

/** What waits, over all channels of a link or all links of a node (threat row 10). */
export class QueuedUploads {
  count = 0;
  bytes = 0;

  change(sign: 1 | -1, request: UploadRequest): void {
    this.count += sign;
    this.bytes += sign * request.lengthBytes;
  }
}

export class UploadQueue implements Iterable<UploadRequest> {
  readonly #requests: UploadRequest[] = [];
  readonly #totals: readonly QueuedUploads[];

  /** @param totals of the link and the node, kept up to date */
  constructor(totals: readonly QueuedUploads[]) {
    this.#totals = totals;
  }

  get length(): number {
    return this.#requests.length;
  }

  [Symbol.iterator](): Iterator<UploadRequest> {
    return this.#requests.values();
  }

  push(request: UploadRequest): void {
    this.#requests.push(request);
    this.#count(1, request);
  }

  shift(): UploadRequest | undefined {
    const request = this.#requests.shift();
    if (request) this.#count(-1, request);
    return request;
  }

  /** Takes all out for which `isMeant` holds, or the first one only. */
  remove(isMeant: (request: UploadRequest) => boolean, limit = Number.POSITIVE_INFINITY): UploadRequest[] {
    const removed: UploadRequest[] = [];
    for (let at = 0; at < this.#requests.length && removed.length < limit; ) {
      const request = this.#requests[at] as UploadRequest;
      if (!isMeant(request)) {
        at++;
        continue;
      }
      this.#requests.splice(at, 1);
      this.#count(-1, request);
      removed.push(request);
    }
    return removed;
  }

  removeAll(): UploadRequest[] {
    const removed = this.#requests.splice(0);
    for (const request of removed) this.#count(-1, request);
    return removed;
  }

  #count(sign: 1 | -1, request: UploadRequest): void {
    for (const total of this.#totals) total.change(sign, request);
  }
}
