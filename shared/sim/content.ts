/**
 * Image sets of a simulated shop. True content is never stored: each block is a view of one short run of random bytes,
 * at a place that its torrent and number tell. So thousands of hosts work on bytes that stay in the processor's
 * cache, and a block that is wrong, cut or in the wrong place is still told from the true one.
 */
import { Geometry } from '../geometry.ts';
import { pieceLengthFor } from '../metainfo/make.ts';
import { type Random, seededRandom } from '../random.ts';
import { BLOCK_BYTES, type InfoHash, type InfoHashV2, type PieceIndex } from '../units.ts';
import { sameBytes, WORD_BYTES } from './same-bytes.ts';

/** Places at which a block may begin: more than a torrent here has blocks. */
const PLACES = 32_768;
/** Odd, so that the blocks of a torrent begin at different places. */
const BLOCK_STEP = 101;
const TORRENT_STEP = 7_919;

const run = randomBytes(PLACES * WORD_BYTES + BLOCK_BYTES);

function randomBytes(length: number): Uint8Array {
  const random = seededRandom(0x5107);
  return Uint8Array.from({ length }, () => random.integer(256));
}

export class SimTorrent {
  readonly number: number;
  readonly infoHash: InfoHash;
  readonly infoHashV2: InfoHashV2;
  readonly geometry: Geometry;

  constructor(number: number, infoHash: InfoHash, infoHashV2: InfoHashV2, geometry: Geometry) {
    this.number = number;
    this.infoHash = infoHash;
    this.infoHashV2 = infoHashV2;
    this.geometry = geometry;
  }

  /** True bytes that lie within one block; a view that nobody may write to. */
  truth(piece: PieceIndex, beginBytes: number, lengthBytes: number): Uint8Array {
    const block =
      (piece * this.geometry.pieceLengthBytes) / BLOCK_BYTES + Math.floor(beginBytes / BLOCK_BYTES);
    const place = (this.number * TORRENT_STEP + block * BLOCK_STEP) % PLACES;
    const begin = place * WORD_BYTES + (beginBytes % BLOCK_BYTES);
    return run.subarray(begin, begin + lengthBytes);
  }

  isTrueBlock(piece: PieceIndex, beginBytes: number, block: Uint8Array): boolean {
    return sameBytes(block, this.truth(piece, beginBytes, block.length));
  }

  /** The whole piece, in bytes of its own. */
  wholePiece(piece: PieceIndex): Uint8Array {
    const bytes = new Uint8Array(this.geometry.contentLength(piece));
    for (let begin = 0; begin < bytes.length; begin += BLOCK_BYTES)
      bytes.set(this.truth(piece, begin, Math.min(BLOCK_BYTES, bytes.length - begin)), begin);
    return bytes;
  }
}

const hex = (random: Random, digits: number) =>
  Array.from({ length: digits }, () => random.integer(16).toString(16)).join('');

/** Widths 320 to 2560 double in area: so do, about, the bytes of a set's renditions. */
const LADDER_SHARES = [1, 2, 4, 8, 16];

/** A ladder of renditions with about so many bytes together. */
export function ladderOf(setBytes: number): number[] {
  const whole = LADDER_SHARES.reduce((sum, share) => sum + share, 0);
  const lengths = LADDER_SHARES.map((share) => Math.max(1, Math.floor((setBytes * share) / whole)));
  lengths.push(Math.max(1, setBytes - lengths.reduce((sum, length) => sum + length, 0)));
  return lengths;
}

export function makeTorrent(
  number: number,
  files: readonly number[],
  random: Random,
  pieceLengthBytes = pieceLengthFor(files.reduce((sum, length) => sum + length, 0)),
): SimTorrent {
  const geometry = new Geometry(pieceLengthBytes, files);
  return new SimTorrent(number, hex(random, 40) as InfoHash, hex(random, 64) as InfoHashV2, geometry);
}
