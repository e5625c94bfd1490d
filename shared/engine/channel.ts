/** One torrent on one link: what the other side has, wants and was asked for there. */
import { Bitfield } from '../bitfield.ts';
import type { Block } from '../geometry.ts';
import type { HashRange } from '../metainfo/hash-range.ts';
import type { CandidateOwner } from '../picker/candidates.ts';
import type { SourceId } from '../picker/partial-piece.ts';
import { BLOCK_BYTES, type PieceIndex } from '../units.ts';
import type { FastPieces } from './allowed-fast.ts';
import type { Link } from './link.ts';
import type { RemoteNode } from './node.ts';
import type { Torrent } from './torrent.ts';
import { UploadQueue, type UploadRequest } from './upload-queue.ts';

/** A block that we asked the other side for. */
export interface Request {
  readonly channel: Channel;
  readonly piece: PieceIndex;
  readonly blockIndex: number;
  readonly askedAt: number;
  /** It was given: from the word of it to the block is no round trip. */
  readonly isGift: boolean;
}

const NOTHING_OUT: ReadonlyMap<number, Request> = new Map();

/** Blocks asked for and given up may still come; so many are remembered to tell them from unasked ones. */
const MAX_GIVEN_UP = 2048;

export class Channel implements CandidateOwner {
  readonly source: SourceId;
  /** On its link; 0 for the torrent of the handshake. */
  readonly number: number;
  readonly torrent: Torrent;
  readonly link: Link;
  readonly node: RemoteNode;
  /** BEP 6 in force. */
  readonly fast: boolean;
  readonly has: Bitfield;
  /** The other side was in the torrent before us; of two that came at once, the one whose turn it is. */
  isAhead = false;
  /** We began it, and it was not accepted yet (EC2). */
  isUnanswered = false;
  /** Pieces it has that we want: interested while above zero. */
  wantedCount = 0;
  amInterested = false;
  peerInterested = false;
  /** Made with the first of them (BEP 6). */
  fastPieces: FastPieces | undefined;
  /** Hashes that we asked it for and that it owes us (BEP 52); made with the first. */
  hashRequests: HashRange[] | undefined;
  /** How often it took a piece back (BEP 54). */
  takenBackCount = 0;
  /** The first entry of the engine's log of new pieces that the other side does not know from the channel's begin. */
  readonly havesFrom: number;
  /** Only the first message after the handshake may be a bitfield, have-all or have-none (BEP 3, BEP 6). */
  mayTellPieces = true;
  /** Requests out, by block key; made with the first, since most channels of a catalog are quiet. */
  #outstanding: Map<number, Request> | undefined;
  /** How often each was given up and is not answered yet: it may have been asked for again. */
  #givenUp: Map<number, number> | undefined;
  /** It began without a word of pieces: an origin may have more than it tells (RW1). */
  beganEmpty = true;
  /** Pieces that it had and lost; made with the first. */
  #lost: Set<number> | undefined;
  queuedAt: Uint8Array | undefined;
  queuedCount = 0;
  lastBlockAt: number;
  readonly uploads: UploadQueue;
  /** Blocks being read from the store for this channel. */
  readonly reading: UploadRequest[] = [];

  constructor(
    source: SourceId,
    number: number,
    torrent: Torrent,
    link: Link,
    ready: { readonly node: RemoteNode; readonly fast: boolean },
    now: number,
    havesFrom: number,
  ) {
    const { node, fast } = ready;
    this.source = source;
    this.number = number;
    this.fast = fast;
    this.torrent = torrent;
    this.link = link;
    this.node = node;
    this.uploads = new UploadQueue([link.queuedUploads, node.queuedUploads]);
    this.has = Bitfield.empty(torrent.geometry.pieceCount);
    this.lastBlockAt = now;
    this.havesFrom = havesFrom;
  }

  /** It does not have the piece any more. */
  lost(piece: number): void {
    this.#lost ??= new Set();
    this.#lost.add(piece);
  }

  /** What it lost it does not hold back: it is not asked for that again until it tells of it. */
  mayHaveUntold(piece: number): boolean {
    return this.beganEmpty && !this.has.has(piece) && !this.#lost?.has(piece);
  }

  get isSeed(): boolean {
    return this.has.isFull;
  }

  keyOf(piece: number, beginBytes: number): number {
    return (piece * this.torrent.geometry.pieceLengthBytes + beginBytes) / BLOCK_BYTES;
  }

  get pieceCount(): number {
    return this.torrent.geometry.pieceCount;
  }

  get outstanding(): ReadonlyMap<number, Request> {
    return this.#outstanding ?? NOTHING_OUT;
  }

  asked({ piece, beginBytes }: Block, now: number, isGift = false): void {
    this.#outstanding ??= new Map();
    if (this.#outstanding.size === 0) this.lastBlockAt = now;
    if (this.node.outstandingCount++ === 0) this.node.lastBlockAt = now;
    const key = this.keyOf(piece, beginBytes);
    const request = { channel: this, piece, blockIndex: beginBytes / BLOCK_BYTES, askedAt: now, isGift };
    this.#outstanding.set(key, request);
    this.link.outstanding.add(request);
  }

  /** @returns the request; undefined when there is none outstanding */
  settle(key: number): Request | undefined {
    const request = this.#outstanding?.get(key);
    if (!request) return undefined;
    this.#outstanding?.delete(key);
    this.link.outstanding.delete(request);
    this.node.outstandingCount--;
    return request;
  }

  /** The request is off, but its block may be on the way already. */
  giveUp(key: number): void {
    if (this.settle(key) !== undefined) this.mayStillCome(key);
  }

  /** Its block may come though nothing is outstanding, or once more. */
  mayStillCome(key: number): void {
    this.#givenUp ??= new Map();
    if (this.#givenUp.size >= MAX_GIVEN_UP) this.#givenUp.delete(this.#givenUp.keys().next().value as number);
    this.#givenUp.set(key, (this.#givenUp.get(key) ?? 0) + 1);
  }

  /** An answer is still to come for a request that was given up. */
  hasGivenUp(key: number): boolean {
    return this.#givenUp?.has(key) ?? false;
  }

  /** Takes an answer, block or reject, for one request that was given up. @returns whether there was one */
  wasGivenUp(key: number): boolean {
    const count = this.#givenUp?.get(key);
    if (count === undefined) return false;
    if (count === 1) this.#givenUp?.delete(key);
    else this.#givenUp?.set(key, count - 1);
    return true;
  }
}
