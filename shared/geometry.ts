/**
 * All arithmetic of pieces, blocks and files, in one place. In a hybrid torrent every file starts on a piece
 * boundary (BEP 52) and the gap is a pad file (BEP 47): a piece belongs to exactly one file, and the bytes of
 * a piece are its file's bytes, then zeros.
 */
import { invariant } from './errors.ts';
import { BLOCK_BYTES, type PieceIndex } from './units.ts';

export interface FileSpan {
  readonly lengthBytes: number;
  readonly firstPiece: number;
  readonly pieceCount: number;
}

export interface Block {
  readonly piece: PieceIndex;
  readonly beginBytes: number;
  readonly lengthBytes: number;
}

export class Geometry {
  readonly pieceLengthBytes: number;
  readonly pieceCount: number;
  readonly files: readonly FileSpan[];
  /** Sum of the files, without padding: what is stored and exchanged. */
  readonly contentBytes: number;
  /** With padding: what v1 clients call the torrent's size. The last file is not padded. */
  readonly paddedBytes: number;
  readonly #fileOfPiece: Uint32Array;

  /**
   * @param pieceLengthBytes a power of two, at least one block (BEP 52)
   * @param fileLengthsBytes lengths of the files in the torrent's order, each at least 1
   */
  constructor(pieceLengthBytes: number, fileLengthsBytes: readonly number[]) {
    invariant(
      pieceLengthBytes >= BLOCK_BYTES && 2 ** Math.round(Math.log2(pieceLengthBytes)) === pieceLengthBytes,
      'piece length',
    );
    invariant(
      fileLengthsBytes.length > 0 &&
        fileLengthsBytes.every((bytes) => Number.isSafeInteger(bytes) && bytes > 0),
      'file lengths',
    );
    this.pieceLengthBytes = pieceLengthBytes;
    let firstPiece = 0;
    this.files = fileLengthsBytes.map((lengthBytes) => {
      const span = { lengthBytes, firstPiece, pieceCount: Math.ceil(lengthBytes / pieceLengthBytes) };
      firstPiece += span.pieceCount;
      return span;
    });
    this.pieceCount = firstPiece;
    this.contentBytes = fileLengthsBytes.reduce((sum, bytes) => sum + bytes, 0);
    const last = this.files[this.files.length - 1] as FileSpan;
    this.paddedBytes = last.firstPiece * pieceLengthBytes + last.lengthBytes;
    this.#fileOfPiece = new Uint32Array(this.pieceCount);
    this.files.forEach((file, index) => {
      this.#fileOfPiece.fill(index, file.firstPiece, file.firstPiece + file.pieceCount);
    });
  }

  /** The only maker of piece indexes; `undefined` for a number that names no piece. */
  pieceIndex(value: number): PieceIndex | undefined {
    return Number.isInteger(value) && value >= 0 && value < this.pieceCount
      ? (value as PieceIndex)
      : undefined;
  }

  fileIndexOf(piece: PieceIndex): number {
    return this.#fileOfPiece[piece] as number;
  }

  /** Where the piece's first byte stands in its file. */
  offsetInFile(piece: PieceIndex): number {
    return (piece - this.#fileAt(piece).firstPiece) * this.pieceLengthBytes;
  }

  /** Bytes of the file in this piece, without padding. */
  contentLength(piece: PieceIndex): number {
    return Math.min(this.pieceLengthBytes, this.#fileAt(piece).lengthBytes - this.offsetInFile(piece));
  }

  /** Bytes of the piece as v1 counts them: full, but for the torrent's last piece. */
  paddedLength(piece: PieceIndex): number {
    return Math.min(this.pieceLengthBytes, this.paddedBytes - piece * this.pieceLengthBytes);
  }

  /** Blocks that carry content; blocks of nothing but padding are never asked for. */
  blockCount(piece: PieceIndex): number {
    return Math.ceil(this.contentLength(piece) / BLOCK_BYTES);
  }

  block(piece: PieceIndex, index: number): Block {
    const beginBytes = index * BLOCK_BYTES;
    const lengthBytes = Math.min(BLOCK_BYTES, this.contentLength(piece) - beginBytes);
    invariant(index >= 0 && lengthBytes > 0, `block ${index} of piece ${piece}`);
    return { piece, beginBytes, lengthBytes };
  }

  /** The pieces that hold bytes [startBytes, endBytes) of a file, first and last, both included. */
  piecesOfRange(
    fileIndex: number,
    startBytes: number,
    endBytes: number,
  ): { first: PieceIndex; last: PieceIndex } {
    const file = this.files[fileIndex];
    invariant(file && startBytes >= 0 && startBytes < endBytes && endBytes <= file.lengthBytes, 'file range');
    return {
      first: (file.firstPiece + Math.floor(startBytes / this.pieceLengthBytes)) as PieceIndex,
      last: (file.firstPiece + Math.floor((endBytes - 1) / this.pieceLengthBytes)) as PieceIndex,
    };
  }

  #fileAt(piece: PieceIndex): FileSpan {
    return this.files[this.#fileOfPiece[piece] as number] as FileSpan;
  }
}
