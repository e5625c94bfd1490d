/** What a torrent wants: all of it, or what readers wait for. Each change reaches picker, interest and dials. */
import type { PieceIndex } from '../units.ts';
import { announce, dialMore } from './dialer.ts';
import { torrentQuiet } from './quiet-channels.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';
import { askUntold } from './untold-pieces.ts';

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
  torrent.setReader(reader, pieces);
  state.trace({ type: 'wanted', torrent: torrent.infoHash, pieces });
  wantingChanged(state, torrent);
}

export function readerLeft(state: EngineState, torrent: Torrent, reader: number): void {
  if (torrent.removeReader(reader)) wantingChanged(state, torrent);
}

export function wantingChanged(state: EngineState, torrent: Torrent, isNew = false): void {
  const awaited = awaitedPieces(torrent);
  for (const piece of torrent.readerSince.keys()) if (!awaited.has(piece)) torrent.readerSince.delete(piece);
  for (const piece of awaited) {
    if (!torrent.readerSince.has(piece)) torrent.readerSince.set(piece, state.now);
  }
  torrent.picker.setWanted(torrent.wantsAll, awaited, (piece, isWanted) => {
    for (const channel of torrent.channels.values())
      if (channel.has.has(piece)) channel.wantedCount += isWanted ? 1 : -1;
  });
  for (const channel of torrent.channels.values()) {
    if (awaited.size > 0 && channel.wantedCount > 0) channel.link.awaiting.add(channel);
    else channel.link.awaiting.delete(channel);
  }
  state.torrentsToFill.add(torrent);
  if (torrent.wantsAnything) state.wantingTorrents.add(torrent);
  else {
    state.wantingTorrents.delete(torrent);
    state.torrentsToRest.add(torrent);
    torrentQuiet(state, torrent);
  }
  // What a tracker told was forgotten while nothing was wanted.
  const isLost = torrent.wantsAnything && torrent.channels.size === 0 && !torrent.knowsAddresses;
  if (isLost && !isNew) announce(state, torrent, 'periodic');
  dialMore(state, torrent);
  askUntold(state, torrent);
  state.torrentsToHedge.add(torrent);
}

/** Missing pieces readers wait for, the first reader's first. */
function awaitedPieces(torrent: Torrent): Set<PieceIndex> {
  const awaited = new Set<PieceIndex>();
  for (const pieces of torrent.readers.values()) {
    for (const piece of pieces) if (!torrent.held.has(piece)) awaited.add(piece);
  }
  return awaited;
}
