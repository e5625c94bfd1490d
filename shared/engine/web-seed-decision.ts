/** What the web-seed policy is asked with: how things stand for one torrent. */
import type { PieceIndex } from '../units.ts';
import { readerDueAt } from './reader-hedge.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';
import { decideWebSeed, type WebSeedDecision } from './web-seed-policy.ts';

export function decide(state: EngineState, torrent: Torrent): WebSeedDecision {
  const { picker, geometry, held } = torrent;
  const { readerHedgeMs, webSeedIdleMs, webSeedPatienceMs, webSeedFetchBytes, random } = state.options;
  const isLinked = isOriginLinked(state, torrent);
  const dueAt = new Map<PieceIndex, number>();
  for (const [piece, since] of torrent.readerSince)
    if (!held.has(piece)) dueAt.set(piece, readerDueAt(state, torrent, piece, since));
  return decideWebSeed({
    geometry,
    now: state.now,
    awaited: Array.from(dueAt, ([piece, at]) => ({ piece, dueAt: at })),
    mayPeersGive: torrent.channels.size + torrent.addresses.diallingCount > 0,
    wantsAll: torrent.wantsAll,
    lastPeerBlockAt: torrent.lastPeerBlockAt,
    lastAnyBlockAt: state.lastPeerBlockAt,
    isFree: (piece) => {
      if (!picker.isWanted(piece) || torrent.webSeed?.fetch?.pieces.has(piece)) return false;
      if (!picker.isUnderWay(piece)) return true;
      const askedSince = picker.askedSince(piece);
      // Half of it came, and who had it is gone.
      if (askedSince === undefined && picker.hasFreeBlocks(piece)) return true;
      return askedSince !== undefined && (dueAt.get(piece) ?? askedSince + readerHedgeMs) <= state.now;
    },
    idleMs: isLinked ? webSeedPatienceMs : webSeedIdleMs,
    patienceMs: isLinked ? Number.POSITIVE_INFINITY : webSeedPatienceMs,
    fetchBytes: webSeedFetchBytes,
    draw: (bound) => random.integer(bound),
  });
}

/**
 * The web seed is the origin's own uplink: while it gives over the wire, asking it by HTTP too only costs copies, and
 * gets round its order of who comes first. Two edges that the others had banned took half a copy that way.
 */
function isOriginLinked(state: EngineState, torrent: Torrent): boolean {
  for (const { node } of torrent.channels.values()) if (state.fleet.get(node.peerId)?.isOrigin) return true;
  return false;
}
