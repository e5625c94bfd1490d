/** A host's store and hasher in virtual time. What is verified is kept as a bit: the bytes are the torrent's truth. */
import { Bitfield } from '../bitfield.ts';
import type { EngineAction } from '../engine/actions.ts';
import type { EngineInput } from '../engine/inputs.ts';
import { BLOCK_BYTES, type InfoHash, type PieceIndex } from '../units.ts';
import type { SimTorrent } from './content.ts';
import type { SimHost } from './host.ts';
import type { PieceContent } from './piece-content.ts';

type Of<T extends EngineAction['type']> = Extract<EngineAction, { type: T }>;

export class SimDisk {
  /** Verified, and perhaps in memory only. */
  readonly held = new Map<InfoHash, Bitfield>();
  /** Survives a crash. */
  readonly #written = new Map<InfoHash, Bitfield>();
  /** Virtual times at which pieces were verified, and their lengths. */
  readonly verifiedAt: number[] = [];
  readonly verifiedBytes: number[] = [];
  /** Given to be hashed or written, and not answered yet. */
  pendingBytes = 0;
  /** Blocks read for upload a first time, and again; counted where somebody wants to know. */
  firstReads = 0;
  firstReadsDoneAt = 0;
  repeatedReadBytes = 0;
  readonly #host: SimHost;
  readonly #readBefore = new Set<number>();
  readonly #suspects = new Set<string>();

  constructor(host: SimHost) {
    this.#host = host;
  }

  /** @returns what the store has of the torrent, for the engine to own */
  open({ infoHash, geometry }: SimTorrent, isWhole: boolean): Bitfield {
    const found = isWhole ? Bitfield.full(geometry.pieceCount) : this.#written.get(infoHash);
    const held = found ?? Bitfield.empty(geometry.pieceCount);
    this.#written.set(infoHash, held.clone());
    this.held.set(infoHash, held.clone());
    return held.clone();
  }

  remove(torrent: InfoHash): void {
    this.held.delete(torrent);
    this.#written.delete(torrent);
  }

  /** What was in memory only is gone. */
  crashed(): void {
    this.held.clear();
    this.pendingBytes = 0;
  }

  hash({ torrent, piece, bytes }: Of<'hashPiece'>): EngineInput {
    const content = bytes as PieceContent;
    const { isTrue } = content;
    if (!isTrue) this.#suspects.add(`${torrent} ${piece}`);
    // Leaves are looked at for a piece that failed, and for the same piece when it passes later.
    const isSuspect = !isTrue || this.#isCleared(torrent, piece);
    const leaves = isSuspect ? content.leavesBesideTruth() : NO_LEAVES;
    return { type: 'pieceHashed', torrent, piece, verdict: isTrue ? 'ok' : 'bad', leaves };
  }

  /** It failed before. */
  #isCleared(torrent: InfoHash, piece: PieceIndex): boolean {
    return this.#suspects.size > 0 && this.#suspects.delete(`${torrent} ${piece}`);
  }

  /** The piece is in memory: it may be read from now on. */
  take({ torrent, piece, bytes }: Of<'writePiece'>): void {
    if (!(bytes as PieceContent).isTrue) this.#host.violated('true-bytes', `stored a wrong piece ${piece}`);
    this.held.get(torrent)?.set(piece);
    this.verifiedAt.push(this.#host.simulation.events.now);
    this.verifiedBytes.push(bytes.length);
  }

  write({ torrent, piece }: Of<'writePiece'>): EngineInput {
    const ok = !this.#host.happens('writeFails');
    if (ok && this.held.get(torrent)?.has(piece)) this.#written.get(torrent)?.set(piece);
    else if (!ok) this.#drop(torrent, piece);
    return { type: 'pieceWritten', torrent, piece, ok };
  }

  /** A store looks for the piece when it is asked, as a real one does, and answers later. */
  reader(action: Of<'readBlock'>): () => EngineInput {
    const isThere = this.held.get(action.torrent)?.has(action.piece) ?? false;
    return () => this.#read(action, isThere);
  }

  #read(action: Of<'readBlock'>, wasThere: boolean): EngineInput {
    const { link, torrent, piece, beginBytes, lengthBytes } = action;
    const type = 'blockRead';
    const isThere = wasThere && this.held.get(torrent)?.has(piece);
    if (!isThere || this.#host.happens('readFails')) {
      this.#drop(torrent, piece);
      return { type, link, torrent, piece, beginBytes, bytes: undefined };
    }
    this.#count(action);
    const held = this.#torrent(torrent).truth(piece, beginBytes, lengthBytes);
    const { onBlock } = this.#host.behaviour;
    return { type, link, torrent, piece, beginBytes, bytes: onBlock ? onBlock(held) : held };
  }

  /** The cache makes room. @returns what was there */
  evict(torrent: InfoHash, pieces: readonly PieceIndex[]): readonly PieceIndex[] {
    return pieces.filter((piece) => this.#drop(torrent, piece));
  }

  #drop(torrent: InfoHash, piece: PieceIndex): boolean {
    this.#written.get(torrent)?.clear(piece);
    return this.held.get(torrent)?.clear(piece) ?? false;
  }

  #torrent(torrent: InfoHash): SimTorrent {
    return this.#host.simulation.torrents.get(torrent) as SimTorrent;
  }

  #count({ torrent, piece, beginBytes, lengthBytes }: Of<'readBlock'>): void {
    if (!this.#host.behaviour.countsReads) return;
    const { number, geometry } = this.#torrent(torrent);
    const block = piece * (geometry.pieceLengthBytes / BLOCK_BYTES) + Math.floor(beginBytes / BLOCK_BYTES);
    const key = number * MAX_BLOCKS + block;
    if (this.#readBefore.has(key)) this.repeatedReadBytes += lengthBytes;
    else {
      this.#readBefore.add(key);
      this.firstReads++;
      this.firstReadsDoneAt = this.#host.simulation.events.now;
    }
  }
}

const NO_LEAVES = new Uint8Array(0);
/** More than a torrent here has. */
const MAX_BLOCKS = 2 ** 24;
