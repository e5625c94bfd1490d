/**
 * Where the bytes come from that readers wait for, as long as they wait: what lay here when they came, what nodes gave
 * since, and what the web seed gave. Nothing is kept of files that nobody reads.
 */
import type { Bitfield } from '../bitfield.ts';
import type { Geometry } from '../geometry.ts';
import type { InfoHash, PieceIndex } from '../units.ts';
import type { ReadTally } from './swarm-node-api.ts';
import type { FileRange } from './swarm-node-readers.ts';
import type { HostedTorrent } from './swarm-node-torrent.ts';

interface Reading {
  readonly geometry: Geometry;
  readonly range: FileRange;
  readonly first: PieceIndex;
  readonly last: PieceIndex;
  readonly tally: ReadTally;
  /** Pieces that the web seed gave and that are still to be verified. */
  readonly fromWebSeed: Set<PieceIndex>;
  /** Pieces that the web seed has begun to send, or will after these. */
  readonly coming: Set<PieceIndex>;
  readonly held: Bitfield;
}

export class Arrivals {
  readonly #readings = new Map<InfoHash, Set<Reading>>();

  /** Counts what is held of the range now, and from now on what comes. @returns ends the counting */
  begin({ outline, held }: HostedTorrent, range: FileRange, tally: ReadTally): () => void {
    const { infoHash, geometry } = outline;
    const { first, last } = geometry.piecesOfRange(range.fileIndex, range.startBytes, range.endBytes);
    const reading: Reading = {
      geometry,
      range,
      first,
      last,
      tally,
      fromWebSeed: new Set(),
      coming: new Set(),
      held,
    };
    for (let piece = first; piece <= last; piece = (piece + 1) as PieceIndex)
      if (held.has(piece)) tally.diskBytes += bytesWithin(reading, piece);
    const readings = this.#readings.get(infoHash) ?? new Set();
    this.#readings.set(infoHash, readings.add(reading));
    return () => {
      readings.delete(reading);
      if (readings.size === 0 && this.#readings.get(infoHash) === readings) this.#readings.delete(infoHash);
    };
  }

  /** The first bytes of an answer of the web seed are here, from this piece on. */
  webSeedBegan(infoHash: InfoHash, firstPiece: PieceIndex, pieceCount: number): void {
    for (const reading of this.#readings.get(infoHash) ?? []) {
      const { first, last, held, tally } = reading;
      let next = first;
      while (next <= last && held.has(next)) next = (next + 1) as PieceIndex;
      const end = Math.min(firstPiece + pieceCount - 1, last);
      for (let piece = Math.max(firstPiece, first) as PieceIndex; piece <= end; piece++) {
        if (held.has(piece) || reading.coming.has(piece)) continue;
        reading.coming.add(piece);
        tally.comingBytes += bytesWithin(reading, piece);
      }
      if (reading.coming.has(next)) tally.begun?.();
    }
  }

  /** A piece that nodes gave some blocks of counts as the web seed's, too: it was sent whole. */
  webSeedGave(infoHash: InfoHash, piece: PieceIndex): void {
    for (const reading of this.#readings.get(infoHash) ?? [])
      if (piece >= reading.first && piece <= reading.last) reading.fromWebSeed.add(piece);
  }

  pieceHeld(infoHash: InfoHash, piece: PieceIndex): void {
    for (const reading of this.#readings.get(infoHash) ?? []) {
      if (piece < reading.first || piece > reading.last) continue;
      const lengthBytes = bytesWithin(reading, piece);
      if (reading.coming.delete(piece)) reading.tally.comingBytes -= lengthBytes;
      if (reading.fromWebSeed.delete(piece)) reading.tally.webSeedBytes += lengthBytes;
      else reading.tally.swarmBytes += lengthBytes;
    }
  }
}

/** How much of the range lies in a piece. */
function bytesWithin({ geometry, range }: Reading, piece: PieceIndex): number {
  const startBytes = geometry.offsetInFile(piece);
  const endBytes = startBytes + geometry.contentLength(piece);
  return Math.max(0, Math.min(endBytes, range.endBytes) - Math.max(startBytes, range.startBytes));
}
