/**
 * Where pieces are hashed: small ones at once, since a message to a thread costs more than their hash; large ones in
 * a thread, since each would hold up all links and readers for a millisecond or more.
 */
import type { Metainfo } from '../../metainfo/metainfo.ts';
import type { PieceIndex } from '../../units.ts';
import { type CheckedPiece, checkPiece, judgePiece } from './check-piece.ts';
import { HashThread } from './hash-thread.ts';

/** 0.3 ms of hashing. Pieces of small sets are 16 KiB: a node that has no others never starts the thread. */
const MIN_THREAD_BYTES = 256 * 1024;

export class PieceChecker {
  readonly #onThreadLost: (error: unknown) => void;
  #thread: HashThread | undefined;
  #isThreadLost = false;

  /** @param onThreadLost told once; from then on all pieces are hashed in the caller's thread */
  constructor(onThreadLost: (error: unknown) => void) {
    this.#onThreadLost = onThreadLost;
  }

  /** As {@link checkPiece}; a promise that {@link close} overtakes is never settled. It does not reject. */
  check(metainfo: Metainfo, piece: PieceIndex, content: Uint8Array): CheckedPiece | Promise<CheckedPiece> {
    const { geometry } = metainfo;
    const isForThread =
      content.length >= MIN_THREAD_BYTES && content.length === geometry.contentLength(piece);
    if (!isForThread || this.#isThreadLost) return checkPiece(metainfo, piece, content);
    this.#thread ??= new HashThread();
    return this.#thread.hash(content, geometry.paddedLength(piece) - content.length).then(
      (hashes) => judgePiece(metainfo, piece, hashes),
      (error: unknown) => {
        this.#lost(error);
        return checkPiece(metainfo, piece, content);
      },
    );
  }

  async close(): Promise<void> {
    await this.#thread?.close();
  }

  #lost(error: unknown): void {
    if (this.#isThreadLost) return;
    this.#isThreadLost = true;
    this.#onThreadLost(error);
  }
}
