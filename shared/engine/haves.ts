/**
 * Telling others of new pieces. A HAVE of nine bytes costs both sides a packet, a wake-up and a system call when it
 * travels alone, and a node with eight links tells each piece eight times: in a swarm of small pieces that is most of
 * what a node does. So the first HAVE after a pause leaves at once, and those after it wait a little, or for
 * anything else that goes out on the link. New pieces stand in one log for all links (have-log.ts), and one timer looks
 * who is to hear of them: a timer for each link was a sixth of all steps in a swarm of a hundred.
 *
 * A node of the fleet is not told of what it has: half of all HAVEs would say to one that has the piece that another
 * has it too. When it loses the piece it says so, and is told then (dont-have.ts).
 */
import type { PieceIndex } from '../units.ts';
import type { Channel } from './channel.ts';
import type { Link } from './link.ts';
import type { RemoteNode } from './node.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';

/**
 * Half the time after which super-seeding would think that a node sits on its pieces. The origin hears of each piece
 * from each node, and acknowledges each packet on the uplink that counts most, so its HAVEs always wait so long: with
 * 250 ms it sent two thirds more acknowledgements. What it waits for is told at once anyway.
 */
const MAX_HOLD_MS = 350;
/** Links whose time comes within half of it are told in the same step. */
const TURN_MS = 20;

/** A piece that the other side of a channel is to hear of. */
export interface UntoldHave {
  readonly channel: Channel;
  readonly piece: PieceIndex;
}

/**
 * The other side needs no word of pieces that it has. An origin wants to hear of all: so it learns what has spread
 * (BEP 16); and of strangers it is not known what they make of our HAVEs.
 */
export function skipsKnown({ node, fast }: Channel): boolean {
  return fast && node.isFleet && !node.isOrigin;
}

/** The piece is ours now: says so to all nodes of the torrent, at once or soon. */
export function tellAll(state: EngineState, torrent: Torrent, piece: PieceIndex): void {
  // Who comes later hears of it first thing.
  if (torrent.channels.size === 0) return;
  state.haveLog.add(torrent, piece);
  state.timers.setNoLaterThan({ kind: 'haves' }, Math.max(state.now, state.havesToldAt + TURN_MS));
}

/**
 * We have the piece; says so to one node, now or soon.
 * @param isAwaited the other side waits to hear of it
 */
export function tellHave(state: EngineState, channel: Channel, piece: PieceIndex, isAwaited: boolean): void {
  const { link, node } = channel;
  link.untoldHaves.push({ channel, piece });
  if (isAwaited) sendHaves(state, link);
  else state.timers.setNoLaterThan({ kind: 'haves' }, dueAt(state, link, node));
}

function dueAt(state: EngineState, link: Link, node: RemoteNode): number {
  return Math.max(state.now, link.lastHaveAt + (node.isOrigin ? MAX_HOLD_MS : holdMs(state)));
}

/** Where a block takes a second to come, its HAVE need not hurry; and each alone would cost the other side an ACK. */
function holdMs({ options: { haveHoldMs }, blockLatencyMs }: EngineState): number {
  return Math.max(haveHoldMs, Math.min(blockLatencyMs / 2, MAX_HOLD_MS));
}

/** Tells all links whose time has come. */
export function sendDueHaves(state: EngineState): void {
  const { now, haveLog, haveTurns, timers } = state;
  state.havesToldAt = now;
  const due: Link[] = [];
  let nextAt = Number.POSITIVE_INFINITY;
  haveTurns.inTurn((link) => {
    if (link.phase.name !== 'ready' || !hasUntold(state, link)) return false;
    const linkDueAt = dueAt(state, link, link.phase.node);
    if (linkDueAt <= now + TURN_MS / 2) {
      due.push(link);
      return false;
    }
    nextAt = Math.min(nextAt, linkDueAt);
    // Whoever was told later has its turn later; but an origin waits longer than others.
    return !link.phase.node.isOrigin;
  });
  if (due.length > 1) due.sort((a, b) => a.id - b.id);
  for (const link of due) sendHaves(state, link);
  if (haveLog.isLong) haveLog.forgetBefore(haveTurns.readBy(haveLog.end));
  if (nextAt < Number.POSITIVE_INFINITY) timers.setNoLaterThan({ kind: 'haves' }, nextAt);
}

function hasUntold({ haveLog }: EngineState, link: Link): boolean {
  return link.havesRead < haveLog.end || link.untoldHaves.length > 0;
}

/** Puts what waits into the link's outbox. A piece that was lost meanwhile, or whose channel ended, is not told. */
export function sendHaves(state: EngineState, link: Link): void {
  if (!hasUntold(state, link)) return;
  const { haveMessages } = state;
  for (const { channel, piece } of link.untoldHaves)
    if (link.channels.get(channel.number) === channel && isNews(channel, piece))
      haveMessages.add(link.channelsId, channel.number, piece);
  readLog(state, link);
  if (link.untoldHaves.length > 0) link.untoldHaves.length = 0;
  if (haveMessages.isEmpty) return;
  state.haveTurns.told(link, state.now);
  state.send(link, haveMessages.take());
}

function readLog({ haveLog, haveMessages }: EngineState, link: Link): void {
  const { end } = haveLog;
  let channel: Channel | undefined;
  for (let number = link.havesRead; number < end; number++) {
    const { torrent, piece } = haveLog.at(number);
    // Pieces of one torrent mostly come in a row.
    if (channel?.torrent !== torrent) channel = link.channelOf.get(torrent);
    if (!channel || number < channel.havesFrom || !isNews(channel, piece)) continue;
    if (!isUntold(link, channel, piece)) haveMessages.add(link.channelsId, channel.number, piece);
  }
  link.havesRead = end;
}

/** It is told by itself. */
function isUntold({ untoldHaves }: Link, channel: Channel, piece: PieceIndex): boolean {
  for (const have of untoldHaves) if (have.channel === channel && have.piece === piece) return true;
  return false;
}

function isNews(channel: Channel, piece: PieceIndex): boolean {
  return channel.torrent.held.has(piece) && !(channel.has.has(piece) && skipsKnown(channel));
}
