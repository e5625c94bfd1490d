/** When a reader's piece is asked of the web seed, by what the torrent's channels say of it. */
import type { FileSpan } from '../geometry.ts';
import type { PeerId, PieceIndex } from '../units.ts';
import type { Channel } from './channel.ts';
import { hedgeMs, learntWaitMs, type PeersView } from './hedge.ts';
import { isAsking, isLate } from './late-nodes.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';

/** What other nodes are to this piece. */
export function peersFor(state: EngineState, torrent: Torrent, piece: PieceIndex): PeersView {
  for (const channel of torrent.channels.values()) {
    if (channel.node.isSnubbing || isLate(state, channel.node)) continue;
    if (channel.has.has(piece)) return 'held';
  }
  if (isComing(state, torrent, piece)) return 'coming';
  return isAsking(state, torrent) ? 'unknown' : 'nobody';
}

/**
 * In a crowd every peer is slow, and the origin most of all: without budget, a node that goes on sending us blocks is
 * waited for. This often the wait, at most.
 */
const LIVELY_WAITS = 10;

/** @param since when the first reader began to wait */
export function readerDueAt(state: EngineState, torrent: Torrent, piece: PieceIndex, since: number): number {
  const { hedge, now, options } = state;
  const peers = peersFor(state, torrent, piece);
  const isOriginSlow = hedge.isOriginSlow(now, options.readerHedgeMs);
  const mayRace = hedge.budget.isOpen && !isOriginSlow;
  const wait = hedgeMs({
    peers,
    peerMs: hedge.peers.high,
    originMs: hedge.originMs(now),
    mayRace,
    ceilingMs: options.readerHedgeMs,
  });
  const from = Math.max(since, torrent.picker.askedSince(piece) ?? since);
  if (peers !== 'held' || mayRace) return from + wait;
  const silence = isOriginSlow ? wait : learntWaitMs(hedge.peers.high, options.readerHedgeMs);
  return Math.max(from + wait, Math.min(lastBlockAt(torrent, piece) + silence, from + LIVELY_WAITS * wait));
}

/** What {@link readerDueAt} says while siblings are asked for a new torrent, and room in the line of fetches. */
export function wouldAskAtOnce(state: EngineState, now: number, ahead: number): boolean {
  const { hedge, options, fetchLine } = state;
  return fetchLine.roomFor > ahead && hedge.budget.isOpen && !hedge.isOriginSlow(now, options.readerHedgeMs);
}

/** When a node that has the piece last sent us any block. */
function lastBlockAt(torrent: Torrent, piece: PieceIndex): number {
  let last = 0;
  for (const { has, node } of torrent.channels.values())
    if (has.has(piece)) last = Math.max(last, node.lastBlockAt);
  return last;
}

/** A node that began before us fetches the piece for itself. */
export function isComing(state: EngineState, torrent: Torrent, piece: PieceIndex): boolean {
  for (const channel of torrent.channels.values()) {
    const { node } = channel;
    if (!node.isSnubbing && !isLate(state, node) && isFetching(channel, piece)) return true;
  }
  return false;
}

/**
 * A node of the fleet that had the torrent before us, and nothing of it yet, is fetching what its own reader waits
 * for; so is one that has some of the file. Where all edges want all of it, having joined says nothing of readers.
 */
function isFetching({ isAhead, node, has, torrent }: Channel, piece: PieceIndex): boolean {
  if (!isAhead || !node.isFleet || node.isOrigin) return false;
  if (has.count === 0) return !torrent.wantsAll;
  const { geometry } = torrent;
  const { firstPiece, pieceCount } = geometry.files[geometry.fileIndexOf(piece)] as FileSpan;
  for (let i = 0; i < pieceCount; i++) if (has.has(firstPiece + i)) return true;
  return false;
}

/**
 * Of two nodes that began at the same time, one fetches and the other waits for it: each torrent has an order of its
 * own, so that a crowd's images are shared out evenly, and both sides know it without a word.
 */
export function comesBefore(theirs: PeerId, ours: PeerId, { infoHash }: Torrent): boolean {
  const rank = (peerId: PeerId) => fnv(`${peerId}${infoHash}`);
  return rank(theirs) < rank(ours);
}

/** FNV-1a of 32 bits, mixed once more: its upper bits hardly depend on the last characters. */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
}
