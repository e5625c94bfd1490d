/**
 * What it costs to ask the web seed for what a peer could have given, and who turned out to have it. Only what a node
 * had before we asked counts: else it was no race, and the budget gets it back.
 */
import type { PieceIndex } from '../units.ts';
import type { Channel } from './channel.ts';
import { isComing, peersFor } from './reader-hedge.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';
import type { WebSeedFetch, WebSeedState } from './web-seed-state.ts';

/** What peers may give as well costs of the budget for races. @returns what of it is given back if none had it */
export function contest(
  state: EngineState,
  torrent: Torrent,
  webSeed: WebSeedState,
  pieces: ReadonlySet<PieceIndex>,
): Map<PieceIndex, number> {
  const contested = new Map<PieceIndex, number>();
  for (const piece of pieces) {
    if (torrent.picker.askedSince(piece) !== undefined) {
      webSeed.raced ??= new Set();
      webSeed.raced.add(piece);
    }
    const peers = peersFor(state, torrent, piece);
    if (peers === 'nobody') continue;
    const lengthBytes = torrent.geometry.contentLength(piece);
    if (peers !== 'held') contested.set(piece, lengthBytes);
    state.hedge.budget.spend(lengthBytes);
  }
  return contested;
}

export function leaveToSettle(
  state: EngineState,
  torrent: Torrent,
  webSeed: WebSeedState,
  { contested }: WebSeedFetch,
): void {
  if (contested.size === 0) return;
  const pieces = new Map([...(webSeed.unsettled?.pieces ?? []), ...contested]);
  webSeed.unsettled = { pieces, until: state.now + state.options.readerHedgeMs };
  settle(state, torrent, webSeed);
}

/** Gives back what nobody else turned out to have: that was no race. */
export function settle(state: EngineState, torrent: Torrent, webSeed: WebSeedState): void {
  const { unsettled } = webSeed;
  if (!unsettled) return;
  if (torrent.addresses.diallingCount > 0 && unsettled.until > state.now) {
    state.timers.setNoLaterThan({ kind: 'webSeed', torrent: torrent.infoHash }, unsettled.until);
    return;
  }
  webSeed.unsettled = undefined;
  for (const [piece, bytes] of unsettled.pieces)
    if (!isComing(state, torrent, piece)) state.hedge.budget.giveBack(bytes);
}

/** A node that was before us has what we asked of the web seed: that costs of the budget for races, for good. */
export function seenElsewhere({ isAhead, node, has, torrent }: Channel): void {
  const { webSeed } = torrent;
  if (!isAhead || node.isOrigin || !webSeed) return;
  for (const pieces of [webSeed.fetch?.contested, webSeed.unsettled?.pieces])
    for (const piece of pieces?.keys() ?? []) if (has.has(piece)) pieces?.delete(piece);
}

/** Bytes that came twice: because of a race? */
export function countRaced(state: EngineState, torrent: Torrent, piece: PieceIndex, bytes: number): void {
  if (torrent.webSeed?.raced?.has(piece)) state.counters.racedBytes += bytes;
}
