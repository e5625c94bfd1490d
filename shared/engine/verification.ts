/**
 * From the last block of a piece to a verified piece, or to the node that lied.
 *
 * The host hashes; its answer carries the leaf hashes of all blocks. When a piece fails, its leaves and senders
 * are kept; when it passes later, or another node gives its true leaves (BEP 52), every sender whose block had another
 * leaf lied (smart ban, threat row 3). A piece that came from one node alone names the liar at once.
 */

import type { SourceId } from '../picker/partial-piece.ts';
import { WEB_SEED } from '../picker/partial-piece.ts';
import type { PieceIndex } from '../units.ts';
import { closeChannel } from './channels.ts';
import { convict, convictSender } from './conviction.ts';
import { announce } from './dialer.ts';
import { tellLost } from './dont-have.ts';
import { askLeaves, hashesChecked } from './hash-exchange.ts';
import { sendHaves } from './haves.ts';
import type { PieceVerdict } from './inputs.ts';
import { passOn } from './passing-on.ts';
import { torrentQuiet } from './quiet-channels.ts';
import { fillRequests, tellInterest } from './requests.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';
import type { CheckingPiece, Contributor, FailedPiece } from './torrent-activity.ts';
import { wantingChanged } from './wanting.ts';
import { webSeedOutrun } from './web-seed.ts';

/** Attempts remembered per piece: enough to convict, bounded against a swarm of liars. */
const MAX_FAILURES = 8;

/** All blocks are here: hash them. */
export function pieceArrived(
  state: EngineState,
  torrent: Torrent,
  piece: PieceIndex,
  senders: readonly SourceId[],
): void {
  const bytes = torrent.buffers.get(piece) as Uint8Array;
  torrent.buffers.delete(piece);
  const contributors = senders.map((source): Contributor => contributorOf(torrent, source));
  torrent.checking.set(piece, { bytes, senders: contributors });
  state.unwritten.given(torrent, bytes.length);
  state.emit({ type: 'hashPiece', torrent: torrent.infoHash, piece, bytes });
}

function contributorOf(torrent: Torrent, source: SourceId): Contributor {
  if (source === WEB_SEED) return { nodeKey: undefined, isGift: false };
  return torrent.contributors.get(source) as Contributor;
}

export function pieceHashed(
  state: EngineState,
  torrent: Torrent,
  piece: PieceIndex,
  verdict: PieceVerdict,
  leaves: Uint8Array,
): void {
  const checked = torrent.checking.get(piece);
  if (!checked) return;
  torrent.checking.delete(piece);
  if (verdict === 'ok') piecePassed(state, torrent, piece, checked, leaves);
  else {
    state.unwritten.back(torrent, checked.bytes.length);
    if (verdict === 'bad') pieceFailed(state, torrent, piece, { senders: checked.senders, leaves });
    else state.emit({ type: 'torrentFailed', torrent: torrent.infoHash, code: 'torrent_hash_conflict' });
  }
}

function piecePassed(
  state: EngineState,
  torrent: Torrent,
  piece: PieceIndex,
  checked: CheckingPiece,
  leaves: Uint8Array,
): void {
  const { infoHash } = torrent;
  torrent.held.set(piece);
  torrent.readerSince.delete(piece);
  webSeedOutrun(state, torrent, piece);
  for (const channel of torrent.channels.values()) {
    if (!channel.has.has(piece)) continue;
    channel.wantedCount--;
    if (channel.wantedCount === 0) tellInterest(state, channel);
  }
  torrent.picker.passed(piece);
  // The store has it before any of its blocks is read for others.
  state.emit({ type: 'writePiece', torrent: infoHash, piece, bytes: checked.bytes });
  passOn(state, torrent, piece, checked.senders);
  tellSenders(state, torrent, checked);
  state.emit({ type: 'pieceVerified', torrent: infoHash, piece });
  if (state.isTracing) state.trace({ type: 'pieceVerified', torrent: infoHash, piece });
  convict(state, torrent, torrent.failures.get(piece) ?? [], leaves);
  torrent.failures.delete(piece);
  torrent.leafAsks.delete(piece);
  if (torrent.isComplete) torrentCompleted(state, torrent);
}

/** A super-seeding origin tells a node of the next piece when it hears that the one it sent arrived (BEP 16). */
function tellSenders(state: EngineState, torrent: Torrent, { senders }: CheckingPiece): void {
  for (const { nodeKey } of senders) {
    const node = nodeKey === undefined ? undefined : state.nodes.get(nodeKey);
    if (!node?.isOrigin) continue;
    for (const link of node.links) if (link.channelOf.has(torrent)) sendHaves(state, link);
  }
}

function torrentCompleted(state: EngineState, torrent: Torrent): void {
  torrent.contributors.clear();
  state.wantingTorrents.delete(torrent);
  state.torrentsToRest.add(torrent);
  state.emit({ type: 'torrentComplete', torrent: torrent.infoHash });
  announce(state, torrent, 'completed');
  for (const channel of [...torrent.channels.values()]) {
    if (channel.isSeed) closeChannel(state, channel, 'both_complete');
    else fillRequests(state, channel);
  }
  torrentQuiet(state, torrent);
}

function pieceFailed(state: EngineState, torrent: Torrent, piece: PieceIndex, failed: FailedPiece): void {
  state.counters.failedPieces++;
  state.trace({ type: 'pieceFailed', torrent: torrent.infoHash, piece });
  torrent.picker.failed(piece);
  state.torrentsToHedge.add(torrent);
  const [first, ...others] = new Set(failed.senders.map((sender) => sender.nodeKey));
  if (others.length === 0) {
    convictSender(state, torrent, first);
    return;
  }
  const trueLeaves = torrent.leafAsks.get(piece)?.leaves;
  if (trueLeaves) {
    convict(state, torrent, [failed], trueLeaves);
    return;
  }
  const attempts = torrent.failures.get(piece) ?? [];
  attempts.push(failed);
  torrent.failures.set(piece, attempts.slice(-MAX_FAILURES));
  askLeaves(state, torrent, piece);
}

/** Another node gave the leaves of a piece that failed: undefined when the host found them untrue. */
export function leavesFound(
  state: EngineState,
  torrent: Torrent,
  piece: PieceIndex,
  leaves: Uint8Array | undefined,
): void {
  if (hashesChecked(state, torrent, piece, leaves) && leaves)
    convict(state, torrent, torrent.failures.get(piece) ?? [], leaves);
}

/** The store has it (or could not take it: then it is missing again). */
export function pieceWritten(state: EngineState, torrent: Torrent, piece: PieceIndex, ok: boolean): void {
  state.unwritten.back(torrent, torrent.geometry.contentLength(piece));
  if (!ok) piecesLost(state, torrent, [piece]);
  else if (state.isTracing) state.trace({ type: 'pieceFlushed', torrent: torrent.infoHash, piece });
}

/** Pieces that the store holds no more are wanted anew. Our loss is no evidence against anybody (threat row 4). */
export function piecesLost(state: EngineState, torrent: Torrent, pieces: readonly PieceIndex[]): void {
  const lost = pieces.filter((piece) => torrent.held.clear(piece));
  tellLost(state, torrent, lost);
  for (const piece of lost) {
    state.trace({ type: 'pieceLost', torrent: torrent.infoHash, piece });
    if (torrent.picker.isWanted(piece)) {
      for (const channel of torrent.channels.values()) if (channel.has.has(piece)) channel.wantedCount++;
    }
    torrent.picker.lost(piece);
  }
  wantingChanged(state, torrent);
}
