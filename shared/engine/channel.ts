/** One torrent on one link: what the other side has, wants and was asked for there. */
import { Bitfield } from '../bitfield.ts';
import type { Block } from '../geometry.ts';
import type { SourceId } from '../picker/partial-piece.ts';
import { BLOCK_BYTES, type PieceIndex } from '../units.ts';
import type { Link } from './link.ts';
import type { RemoteNode } from './node.ts';
import type { Torrent } from './torrent.ts';

/** A block the other side asked for; its length may reach into the padding. */
export interface UploadRequest {
  readonly piece: PieceIndex;
  readonly beginBytes: number;
  readonly lengthBytes: number;
}

/** Blocks asked for and given up may still come; so many are remembered to tell them from unasked ones. */
const MAX_GIVEN_UP = 2048;

export class Channel {
  readonly source: SourceId;
  /** On its link; 0 for the torrent of the handshake. */
  readonly number: number;
  readonly torrent: Torrent;
  readonly link: Link;
  readonly node: RemoteNode;
  /** BEP 6 in force. */
  readonly fast: boolean;
  readonly has: Bitfield;
  /** Pieces it has that we want: interested while above zero. */
  wantedCount = 0;
  amInterested = false;
  peerInterested = false;
  /** Only the first message after the handshake may be a bitfield, have-all or have-none (BEP 3, BEP 6). */
  mayTellPieces = true;
  /** Requests out, by block key, with their time. */
  readonly outstanding = new Map<number, number>();
  readonly #givenUp = new Set<number>();
  lastBlockAt: number;
  readonly uploads: UploadRequest[] = [];
  /** Blocks being read from the store for this channel. */
  readonly reading: UploadRequest[] = [];

  constructor(
    source: SourceId,
    number: number,
    torrent: Torrent,
    link: Link,
    ready: { readonly node: RemoteNode; readonly fast: boolean },
    now: number,
  ) {
    const { node, fast } = ready;
    this.source = source;
    this.number = number;
    this.fast = fast;
    this.torrent = torrent;
    this.link = link;
    this.node = node;
    this.has = Bitfield.empty(torrent.geometry.pieceCount);
    this.lastBlockAt = now;
  }

  get isSeed(): boolean {
    return this.has.isFull;
  }

  keyOf(piece: number, beginBytes: number): number {
    return (piece * this.torrent.geometry.pieceLengthBytes + beginBytes) / BLOCK_BYTES;
  }

  asked(block: Block, now: number): void {
    if (this.outstanding.size === 0) this.lastBlockAt = now;
    if (this.node.outstandingCount++ === 0) this.node.lastBlockAt = now;
    const key = this.keyOf(block.piece, block.beginBytes);
    this.#givenUp.delete(key);
    this.outstanding.set(key, now);
  }

  /** @returns when it was asked for; undefined when it is not outstanding. */
  settle(key: number): number | undefined {
    const askedAt = this.outstanding.get(key);
    if (this.outstanding.delete(key)) this.node.outstandingCount--;
    return askedAt;
  }

  /** The request is off, but its block may be on the way already. */
  giveUp(key: number): void {
    if (!this.outstanding.delete(key)) return;
    this.node.outstandingCount--;
    if (this.#givenUp.size >= MAX_GIVEN_UP)
      this.#givenUp.delete(this.#givenUp.values().next().value as number);
    this.#givenUp.add(key);
  }

  wasGivenUp(key: number): boolean {
    return this.#givenUp.delete(key);
  }

  blockOfKey(key: number): { readonly piece: PieceIndex; readonly blockIndex: number } {
    const blocksPerPiece = this.torrent.geometry.pieceLengthBytes / BLOCK_BYTES;
    return { piece: Math.floor(key / blocksPerPiece) as PieceIndex, blockIndex: key % blocksPerPiece };
  }
}
