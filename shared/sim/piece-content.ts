/**
 * A piece under way on a simulated host, without its bytes: each block is compared with the truth when it comes, and only
 * one that is wrong is kept. With the bytes of all pieces that a thousand hosts have under way, a run took half a
 * gigabyte more.
 */
import { BLOCK_BYTES, type PieceIndex } from '../units.ts';
import type { SimTorrent } from './content.ts';

const LEAF_BYTES = 32;
const TRUE_BLOCK = new Uint8Array(0);
/** Nothing is ever written there, and nothing read. */
let nowhere = new ArrayBuffer(0);

function nothing(lengthBytes: number): ArrayBuffer {
  if (nowhere.byteLength < lengthBytes) nowhere = new ArrayBuffer(lengthBytes);
  return nowhere;
}

/** As long as the piece; what is read from it as from an array means nothing. */
export class PieceContent extends Uint8Array<ArrayBuffer> {
  readonly #torrent: SimTorrent;
  readonly #piece: PieceIndex;
  /** What came, by block: {@link TRUE_BLOCK}, or a copy of what is wrong. */
  readonly #blocks: Uint8Array[] = [];

  constructor(torrent: SimTorrent, piece: PieceIndex) {
    const lengthBytes = torrent.geometry.contentLength(piece);
    super(nothing(lengthBytes), 0, lengthBytes);
    this.#torrent = torrent;
    this.#piece = piece;
  }

  override set(block: Uint8Array, beginBytes = 0): void {
    const isWhole = block.length === Math.min(BLOCK_BYTES, this.length - beginBytes);
    const isTrue = isWhole && this.#torrent.isTrueBlock(this.#piece, beginBytes, block);
    this.#blocks[beginBytes / BLOCK_BYTES] = isTrue ? TRUE_BLOCK : block.slice();
  }

  /** All of it came, and is as it should be. */
  get isTrue(): boolean {
    const blockCount = this.#torrent.geometry.blockCount(this.#piece);
    for (let i = 0; i < blockCount; i++) if (this.#blocks[i] !== TRUE_BLOCK) return false;
    return true;
  }

  /**
   * Stands for the SHA-256 leaves: zeros for a true block, a checksum for a wrong one. Equal where the true ones
   * are, which is all that the search for a liar asks of them.
   */
  leavesBesideTruth(): Uint8Array {
    const leaves = new Uint8Array(this.#torrent.geometry.blockCount(this.#piece) * LEAF_BYTES);
    this.#blocks.forEach((block, i) => {
      if (block === TRUE_BLOCK) return;
      leaves[i * LEAF_BYTES] = 1;
      new DataView(leaves.buffer).setUint32(i * LEAF_BYTES + 4, checksum(block));
    });
    return leaves;
  }
}

/** FNV-1a (Fowler, Noll, Vo), 32 bits. */
function checksum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}
