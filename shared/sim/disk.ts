/** A host's store and hasher in virtual time. What is verified is kept as a bit: the bytes are the torrent's truth. */
import { Bitfield } from '../bitfield.ts';
import type { EngineAction } from '../engine/actions.ts';
import type { EngineInput } from '../engine/inputs.ts';
import { BLOCK_BYTES, type InfoHash, type PieceIndex } from '../units.ts';
import type { SimTorrent } from './content.ts';
import type { SimHost } from './host.ts';

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
    const described = this.#torrent(torrent);
    const isTrue = described.isTrue(piece, bytes);
    const key = `${torrent} ${piece}`;
    // Leaves are looked at for a piece that failed, and for the same piece when it passes later.
    const isSuspect = !isTrue || this.#suspects.delete(key);
    if (!isTrue) this.#suspects.add(key);
    const leaves = isSuspect ? described.leavesBesideTruth(piece, bytes) : NO_LEAVES;
    return { type: 'pieceHashed', torrent, piece, verdict: isTrue ? 'ok' : 'bad', leaves };
  }

  /** The piece is in memory: it may be read from now on. */
  take({ torrent, piece, bytes }: Of<'writePiece'>): void {
    if (!this.#torrent(torrent).isTrue(piece, bytes))
      this.#host.violated('true-bytes', `stored a wrong piece ${piece}`);
    this.held.get(torrent)?.set(piece);
    this.verifiedAt.push(this.#host.simulation.events.now);
    this.verifiedBytes.push(bytes.length);
  }

  write({ torrent, piece, bytes }: Of<'writePiece'>): EngineInput {
    giveBack(bytes);
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
    const answer = { type: 'blockRead', link, torrent, piece, beginBytes } as const;
    const isThere = wasThere && this.held.get(torrent)?.has(piece);
    if (!isThere || this.#host.happens('readFails')) {
      this.#drop(torrent, piece);
      return { ...answer, bytes: undefined };
    }
    this.#count(action);
    const held = this.#torrent(torrent).truth(piece, beginBytes, lengthBytes);
    const { onBlock } = this.#host.behaviour;
    return { ...answer, bytes: onBlock ? onBlock(held) : held };
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

/**
 * Buffers of pieces that are written, by length: thousands of hosts would otherwise have gigabytes made and thrown away
 * each second. The one used last comes first, since it is still in the cache.
 */
const spare = new Map<number, Uint8Array[]>();

export function takeBuffer(lengthBytes: number): Uint8Array {
  return spare.get(lengthBytes)?.pop() ?? new Uint8Array(lengthBytes);
}

function giveBack(buffer: Uint8Array): void {
  // Ends of files have lengths of their own: kept, they would pile up over many runs.
  if (buffer.length % BLOCK_BYTES !== 0) return;
  const buffers = spare.get(buffer.length) ?? [];
  spare.set(buffer.length, buffers);
  if (buffers.length < MAX_SPARE) buffers.push(buffer);
}

const MAX_SPARE = 1_000;
const NO_LEAVES = new Uint8Array(0);
/** More than a torrent here has. */
const MAX_BLOCKS = 2 ** 24;
