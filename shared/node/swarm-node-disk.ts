/** Performs what the engine wants of hash and disk, and answers it. */
import type { EngineAction } from '../engine/actions.ts';
import type { EngineInput } from '../engine/inputs.ts';
import type { FileSpan } from '../geometry.ts';
import type { Metainfo } from '../metainfo/metainfo.ts';
import type { InfoHash, PieceIndex } from '../units.ts';
import { DiskRetries } from './disk-retries.ts';
import type { CheckedPiece } from './hashing/check-piece.ts';
import { PieceChecker } from './hashing/piece-checker.ts';
import type { PieceStore } from './store/piece-store.ts';
import { StoreError } from './store/store-error.ts';
import type { NodeLog } from './swarm-node-parts.ts';
import type { HostedTorrent } from './swarm-node-torrent.ts';

type ActionOf<Type extends EngineAction['type']> = Extract<EngineAction, { readonly type: Type }>;

export interface DiskActionParts {
  readonly store: PieceStore;
  readonly log: NodeLog;
  readonly feed: (input: EngineInput) => void;
  readonly torrent: (infoHash: InfoHash) => HostedTorrent | undefined;
  /** Pieces of it are gone. */
  readonly lost: (infoHash: InfoHash) => void;
}

/** A broken disk fails every write: one line in so long is enough. */
const LOG_EVERY_MS = 10_000;

export class DiskActions {
  readonly #parts: DiskActionParts;
  readonly #checker: PieceChecker;
  #loggedAt = Number.NEGATIVE_INFINITY;
  readonly #retries = new DiskRetries();

  constructor(parts: DiskActionParts) {
    this.#parts = parts;
    this.#checker = new PieceChecker((error) =>
      parts.log.warn({ err: error }, 'the thread that hashes is lost: pieces are hashed without it'),
    );
  }

  /** At once, but for a large piece, and for a torrent whose hashes are still on disk. */
  hashPiece({ torrent: infoHash, piece, bytes }: ActionOf<'hashPiece'>): void {
    const torrent = this.#parts.torrent(infoHash);
    if (!torrent) return;
    const answer = ({ verdict, leaves }: CheckedPiece) => {
      if (!this.#isHere(torrent)) return;
      this.#parts.feed({ type: 'pieceHashed', torrent: infoHash, piece, verdict, leaves });
    };
    const judge = (metainfo: Metainfo) => {
      const checked = this.#checker.check(metainfo, piece, bytes);
      if (checked instanceof Promise) void checked.then(answer);
      else answer(checked);
    };
    const hashes = torrent.pieceHashes();
    if (!(hashes instanceof Promise)) return judge(hashes);
    hashes.then(judge, (error: unknown) => {
      this.#complain(error);
      this.#retries.later(() => {
        if (this.#isHere(torrent)) this.hashPiece({ type: 'hashPiece', torrent: infoHash, piece, bytes });
      });
    });
  }

  writePiece({ torrent: infoHash, piece, bytes }: ActionOf<'writePiece'>): void {
    const torrent = this.#parts.torrent(infoHash);
    if (!torrent) return;
    const offsetBytes = torrent.outline.geometry.offsetInFile(piece);
    this.#parts.store.write(torrent.fileOf(piece), offsetBytes, bytes).then(
      () => {
        this.#retries.worked();
        if (this.#isHere(torrent))
          this.#parts.feed({ type: 'pieceWritten', torrent: infoHash, piece, ok: true });
      },
      (error: unknown) => {
        if (!this.#isHere(torrent)) return;
        torrent.lose(piece);
        this.#complain(error);
        this.#retries.later(() => {
          if (this.#isHere(torrent))
            this.#parts.feed({ type: 'pieceWritten', torrent: infoHash, piece, ok: false });
        });
      },
    );
  }

  /** Removed and added again meanwhile, it is another one: its piece of this number may be one of other bytes. */
  #isHere(torrent: HostedTorrent): boolean {
    return this.#parts.torrent(torrent.outline.infoHash) === torrent;
  }

  async close(): Promise<void> {
    this.#retries.close();
    await this.#checker.close();
  }

  /** From memory at once, when it is there. */
  readBlock(action: ActionOf<'readBlock'>): void {
    const torrent = this.#parts.torrent(action.torrent);
    const answer = (bytes: Uint8Array | undefined) =>
      this.#parts.feed({
        type: 'blockRead',
        link: action.link,
        torrent: action.torrent,
        piece: action.piece,
        beginBytes: action.beginBytes,
        bytes,
      });
    if (!torrent) return answer(undefined);
    const offsetBytes = torrent.outline.geometry.offsetInFile(action.piece) + action.beginBytes;
    const file = torrent.fileOf(action.piece);
    const read = torrent.isOpen
      ? this.#parts.store.read(file, offsetBytes, action.lengthBytes)
      : this.openFiles(torrent).then(() =>
          torrent.held.has(action.piece)
            ? this.#parts.store.read(file, offsetBytes, action.lengthBytes)
            : undefined,
        );
    if (read instanceof Uint8Array) return answer(read);
    read.then(answer, (error: unknown) => {
      this.#unreadable(torrent, torrent.outline.geometry.fileIndexOf(action.piece), [action.piece], error);
      answer(undefined);
    });
  }

  /** Asks the store what it has of a torrent that was added without a look. */
  openFiles(torrent: HostedTorrent): Promise<void> {
    return torrent.openFiles(this.#parts.store, (pieces) => this.#lose(torrent, pieces));
  }

  /** Somebody changed a file behind our back: none of it counts any more. */
  async refetch(torrent: HostedTorrent, fileIndex: number): Promise<void> {
    const file = torrent.files[fileIndex];
    if (!file) throw new RangeError(`no file ${fileIndex}`);
    this.#complain(new StoreError('store_mismatch', `${file.root} has other bytes than were written`));
    await this.#parts.store.remove(file.root);
    await this.#parts.store.open(file, () => false);
    this.#lose(torrent, piecesOf(torrent, fileIndex));
  }

  /** Told by the store of a file of other bytes: none of it counts. Else the pieces that could not be read. */
  #unreadable(
    torrent: HostedTorrent,
    fileIndex: number,
    pieces: readonly PieceIndex[],
    error: unknown,
  ): void {
    this.#complain(error);
    const isOther = error instanceof StoreError && error.code === 'store_mismatch';
    this.#lose(torrent, isOther ? piecesOf(torrent, fileIndex) : pieces);
  }

  /** The engine fetches them again. */
  #lose(torrent: HostedTorrent, pieces: readonly PieceIndex[]): void {
    const { infoHash } = torrent.outline;
    for (const piece of pieces) torrent.lose(piece);
    if (!this.#isHere(torrent)) return;
    this.#parts.feed({ type: 'piecesLost', torrent: infoHash, pieces });
    this.#parts.lost(infoHash);
  }

  /** For a reader. Rejects when the store no longer has it; the engine is told, so that it is fetched again. */
  async readRange(
    torrent: HostedTorrent,
    fileIndex: number,
    startBytes: number,
    endBytes: number,
  ): Promise<Uint8Array> {
    const file = torrent.files[fileIndex];
    if (!file) throw new RangeError(`no file ${fileIndex}`);
    const { first, last } = torrent.outline.geometry.piecesOfRange(fileIndex, startBytes, endBytes);
    const pieces = Array.from({ length: last - first + 1 }, (_, index) => (first + index) as PieceIndex);
    if (!torrent.isOpen) await this.openFiles(torrent);
    // Just found missing: told already, and the rest of the range is good.
    if (!pieces.every((piece) => torrent.held.has(piece)))
      throw new StoreError('store_missing', `${file.root} does not hold [${startBytes}, ${endBytes})`);
    try {
      return await this.#parts.store.read(file, startBytes, endBytes - startBytes);
    } catch (error) {
      this.#unreadable(torrent, fileIndex, pieces, error);
      throw error;
    }
  }

  #complain(error: unknown): void {
    const now = performance.now();
    if (now - this.#loggedAt < LOG_EVERY_MS) return;
    this.#loggedAt = now;
    this.#parts.log.error({ err: error }, 'the piece store failed');
  }
}

function piecesOf({ outline }: HostedTorrent, fileIndex: number): PieceIndex[] {
  const { firstPiece, pieceCount } = outline.geometry.files[fileIndex] as FileSpan;
  return Array.from({ length: pieceCount }, (_, index) => (firstPiece + index) as PieceIndex);
}
