/** What a torrent wants: all of it, or what readers wait for. Each change reaches picker, interest and dials. */
import type { PieceIndex } from '../units.ts';
import { dialMore } from './dialer.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';
import { checkWebSeed } from './web-seed.ts';

export function setWant(state: EngineState, torrent: Torrent, want: 'all' | 'none'): void {
  torrent.wantsAll = want === 'all';
  wantingChanged(state, torrent);
}

export function readerWants(
  state: EngineState,
  torrent: Torrent,
  reader: number,
  pieces: readonly PieceIndex[],
): void {
  torrent.readers.set(reader, pieces);
  wantingChanged(state, torrent);
}

export function readerLeft(state: EngineState, torrent: Torrent, reader: number): void {
  if (torrent.readers.delete(reader)) wantingChanged(state, torrent);
}

export function wantingChanged(state: EngineState, torrent: Torrent): void {
  const awaited = awaitedPieces(torrent);
  for (const piece of torrent.readerSince.keys()) if (!awaited.has(piece)) torrent.readerSince.delete(piece);
  for (const piece of awaited) {
    if (!torrent.readerSince.has(piece)) torrent.readerSince.set(piece, state.now);
  }
  torrent.picker.setWanted(torrent.wantsAll, [...awaited]);
  for (const channel of torrent.channels.values()) {
    let wantedCount = 0;
    for (const piece of channel.has.indexes())
      if (torrent.picker.isWanted(piece as PieceIndex)) wantedCount++;
    channel.wantedCount = wantedCount;
  }
  state.torrentsToFill.add(torrent);
  dialMore(state, torrent);
  checkWebSeed(state, torrent);
}

/** Missing pieces readers wait for, the first reader's first. */
function awaitedPieces(torrent: Torrent): Set<PieceIndex> {
  const awaited = new Set<PieceIndex>();
  for (const pieces of torrent.readers.values()) {
    for (const piece of pieces) if (!torrent.held.has(piece)) awaited.add(piece);
  }
  return awaited;
}
