/** Readers of files that may still be on their way: bytes in order, as pieces are verified. */
import { UserError } from '../errors.ts';
import type { InfoHash, PieceIndex } from '../units.ts';
import { setDeadline } from './process/deadline.ts';
import { StoreError } from './store/store-error.ts';
import type { ReadTally } from './swarm-node-api.ts';
import type { Arrivals } from './swarm-node-arrivals.ts';
import type { DiskActions } from './swarm-node-disk.ts';
import type { HostedTorrent } from './swarm-node-torrent.ts';
import type { Wish, Wishes } from './swarm-node-wishes.ts';

export interface ReaderParts {
  readonly disk: DiskActions;
  readonly wishes: Wishes;
  readonly arrivals: Arrivals;
  readonly torrent: (infoHash: InfoHash) => HostedTorrent | undefined;
  readonly patienceMs: number;
}

export interface FileRange {
  readonly fileIndex: number;
  readonly startBytes: number;
  readonly endBytes: number;
}

/** A reader asks the swarm for so much ahead: a rendition whole, a long file not all at once. */
const WINDOW_BYTES = 2 * 1024 * 1024;
/** Held bytes go out in stretches of so much, on boundaries that the store reads by. */
const STRETCH_BYTES = 256 * 1024;
/** A store that loses a piece each time it was fetched is broken; three times is no accident. */
const MAX_STORE_FAILURES = 3;

interface Waiter {
  readonly first: number;
  readonly last: number;
  /** The piece waited for, or one of those after it, has come; or the torrent has gone. */
  readonly wake: () => void;
}

export class Readers {
  readonly #parts: ReaderParts;
  readonly #waiters = new Map<InfoHash, Set<Waiter>>();

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  pieceHeld(infoHash: InfoHash, piece: PieceIndex): void {
    this.#parts.arrivals.pieceHeld(infoHash, piece);
    for (const waiter of this.#waiters.get(infoHash) ?? [])
      if (piece >= waiter.first && piece <= waiter.last) waiter.wake();
  }

  /** Reads that wait for their next piece. */
  get waiting(): number {
    let count = 0;
    for (const waiters of this.#waiters.values()) count += waiters.size;
    return count;
  }

  torrentGone(infoHash: InfoHash): void {
    for (const waiter of this.#waiters.get(infoHash) ?? []) waiter.wake();
  }

  async *read(
    infoHash: InfoHash,
    range: FileRange,
    signal: AbortSignal,
    tally: ReadTally,
  ): AsyncGenerator<Uint8Array> {
    const torrent = this.#present(infoHash, undefined);
    const endCount = this.#parts.arrivals.begin(torrent, range, tally);
    const { geometry } = torrent.outline;
    const { last } = geometry.piecesOfRange(range.fileIndex, range.startBytes, range.endBytes);
    let wish: Wish | undefined;
    let failures = 0;
    try {
      for (let at = range.startBytes; at < range.endBytes; ) {
        signal.throwIfAborted();
        this.#present(infoHash, torrent);
        const piece = geometry.piecesOfRange(range.fileIndex, at, at + 1).first;
        if (!torrent.held.has(piece)) {
          wish = this.#wishFor(torrent, piece, last, wish);
          // What the web seed was asked for ahead is here at once.
          if (!torrent.held.has(piece)) await this.#progress(infoHash, piece, wish.last, signal);
          continue;
        }
        const end = heldEnd(torrent, { ...range, startBytes: at });
        try {
          yield await this.#parts.disk.readRange(torrent, range.fileIndex, at, end);
          at = end;
        } catch (error) {
          if (!(error instanceof StoreError) || ++failures >= MAX_STORE_FAILURES) throw unavailable('store');
        }
      }
    } finally {
      wish?.release();
      endCount();
    }
  }

  /** A new stretch when the old one is half used: the swarm never runs dry, and the engine is rarely bothered. */
  #wishFor(torrent: HostedTorrent, piece: PieceIndex, last: PieceIndex, before: Wish | undefined): Wish {
    const { pieceLengthBytes } = torrent.outline.geometry;
    const ahead = Math.max(1, Math.floor(WINDOW_BYTES / pieceLengthBytes));
    const isStillGood =
      before && piece <= before.last && (before.last === last || piece < before.first + ahead / 2);
    if (isStillGood) return before;
    const end = Math.min(last, piece + ahead - 1) as PieceIndex;
    const wish = this.#parts.wishes.want(torrent.outline.infoHash, piece, end);
    before?.release();
    return wish;
  }

  /** @throws UserError `image_unavailable`, or the signal's reason */
  #progress(infoHash: InfoHash, first: PieceIndex, last: PieceIndex, signal: AbortSignal): Promise<void> {
    const waiters = this.#waiters.get(infoHash) ?? new Set();
    this.#waiters.set(infoHash, waiters);
    return new Promise((resolve, reject) => {
      const end = () => {
        waiters.delete(waiter);
        if (waiters.size === 0 && this.#waiters.get(infoHash) === waiters) this.#waiters.delete(infoHash);
        limit.clear();
        signal.removeEventListener('abort', aborted);
      };
      const aborted = () => {
        end();
        reject(signal.reason as Error);
      };
      const limit = setDeadline(this.#parts.patienceMs, () => {
        end();
        reject(unavailable(`nothing came for ${this.#parts.patienceMs} ms`));
      });
      const waiter = {
        first,
        last,
        wake: () => {
          end();
          resolve();
        },
      };
      waiters.add(waiter);
      signal.addEventListener('abort', aborted);
    });
  }

  #present(infoHash: InfoHash, same: HostedTorrent | undefined): HostedTorrent {
    const torrent = this.#parts.torrent(infoHash);
    if (!torrent || (same && torrent !== same)) throw unavailable('the torrent is not here');
    return torrent;
  }
}

/** How far from `startBytes` on everything is held, at most to the next stretch boundary. */
function heldEnd(torrent: HostedTorrent, range: FileRange): number {
  const { geometry } = torrent.outline;
  const boundary = range.startBytes - (range.startBytes % STRETCH_BYTES) + STRETCH_BYTES;
  const limit = Math.min(range.endBytes, boundary);
  const { first, last } = geometry.piecesOfRange(range.fileIndex, range.startBytes, limit);
  let piece = first;
  while (piece < last && torrent.held.has(piece + 1)) piece = (piece + 1) as PieceIndex;
  return Math.min(limit, geometry.offsetInFile(piece) + geometry.contentLength(piece));
}

function unavailable(why: string): UserError {
  return new UserError('image_unavailable', 503, `the image cannot be had now (${why}); try again`);
}
