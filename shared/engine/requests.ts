/**
 * Asking for blocks: when a link has room, the choice goes over all its channels. First what readers wait for, in
 * the order in which they began to; then pieces that this link began, so that a piece comes from one node as far as
 * possible; then pieces that others began and left; then the rarest. A link for which all that is left was asked of
 * others is idle: late-requests.ts finds work for it.
 */

import type { Block } from '../geometry.ts';
import { BEGUN_LEVEL } from '../picker/candidates.ts';
import type { PieceIndex } from '../units.ts';
import { encodeInterested, encodeNotInterested, encodeRequest } from '../wire/encode.ts';
import { askAllowed, askSuggested } from './allowed-fast.ts';
import { traceRequested } from './block-trace.ts';
import type { Channel } from './channel.ts';
import { levelOf } from './free-pieces.ts';
import { armLateRequests, armRequestTimer } from './late-requests.ts';
import type { Link } from './link.ts';
import type { RemoteNode } from './node.ts';
import { depthOf, roomForReader, roomOn } from './request-room.ts';
import type { EngineState } from './state.ts';

/** Says whether we are interested, and asks the link for as many blocks as its node's depth allows. */
export function fillRequests(state: EngineState, channel: Channel): void {
  tellInterest(state, channel);
  fillLink(state, channel.link);
}

export function fillLink(state: EngineState, link: Link): void {
  const { phase } = link;
  if (phase.name !== 'ready' || link.interestingChannels === 0) return;
  if (link.isChokedBy) return askAllowed(state, link);
  if (state.unwritten.bytes > state.options.maxUnwrittenBytes) {
    state.linksHeldBack.add(link);
    return;
  }
  askForReaders(state, link);
  let room = roomOn(link, phase.node);
  while (room > 0) {
    const asked = askNext(state, link, room);
    if (asked === 0) break;
    room -= asked;
  }
  if (room > 0) {
    state.idleLinks.add(link);
    armLateRequests(state);
  } else {
    state.idleLinks.delete(link);
    phase.node.hungry.add(link);
  }
}

/** The node can take more requests: its links go on, one after the other. A node of our kind has one. */
export function fillNode(state: EngineState, node: RemoteNode, link: Link): void {
  if (node.hungry.size === 0 || (node.hungry.size === 1 && node.hungry.has(link))) {
    node.hungry.delete(link);
    fillLink(state, link);
    return;
  }
  node.hungry.add(link);
  // A link that stays hungry goes to the set's end and would come again in this loop: one turn each.
  let turns = node.hungry.size;
  for (const hungry of node.hungry) {
    if (turns-- === 0 || node.outstandingCount >= depthOf(node)) return;
    node.hungry.delete(hungry);
    fillLink(state, hungry);
  }
}

/** Blocks, or requests of its node, became free: the link first, for a reader may wait there, and then the node's others. */
export function fillFreedLink(state: EngineState, link: Link): void {
  fillLink(state, link);
  if (link.phase.name !== 'ready') return;
  const { node } = link.phase;
  const others = node.hungry.size - Number(node.hungry.has(link));
  if (others > 0 && node.outstandingCount < depthOf(node)) fillNode(state, node, link);
}

function askForReaders(state: EngineState, link: Link): void {
  for (const channel of link.awaiting) {
    const { picker } = channel.torrent;
    for (const piece of picker.awaited) {
      const room = roomForReader(channel);
      if (room <= 0) break;
      if (!channel.has.has(piece)) continue;
      if (picker.isOpen(piece) || picker.hasFreeBlocks(piece)) ask(state, channel, piece, room);
    }
    if (roomForReader(channel) > 0) link.awaiting.delete(channel);
  }
}

/** @returns how many blocks were asked for; 0 when there is nothing to ask this link for */
function askNext(state: EngineState, link: Link, room: number): number {
  for (;;) {
    const begun = link.begun.pop();
    if (!begun) break;
    const asked = askIfHad(state, begun.channel, begun.piece, room);
    if (asked > 0) return asked;
  }
  state.begunLinks.delete(link);
  return (
    askSuggested(state, link, room) || askCandidate(state, link, room) || askForOthers(state, link, room)
  );
}

function askCandidate(state: EngineState, link: Link, room: number): number {
  if (state.options.buggify?.('pickAny')) {
    const asked = askAny(state, link, room);
    if (asked > 0) return asked;
  }
  for (;;) {
    const candidate = link.candidates.take((bound) => state.options.random.integer(bound));
    if (!candidate) return 0;
    const { owner: channel, level } = candidate;
    const piece = candidate.piece as PieceIndex;
    const { picker } = channel.torrent;
    if (!channel.has.has(piece)) continue;
    const isOpen = picker.isOpen(piece);
    if (level === BEGUN_LEVEL && !isOpen && !picker.hasFreeBlocks(piece)) continue;
    if (level !== BEGUN_LEVEL || isOpen) {
      if (!isOpen) continue;
      const levelNow = levelOf(channel, piece);
      if (levelNow > level) {
        link.candidates.add(channel, piece, levelNow);
        continue;
      }
    }
    const asked = ask(state, channel, piece, room);
    if (asked > 0) return asked;
  }
}

/** Some piece, however common. What cannot be had falls back on the rarest. */
function askAny(state: EngineState, link: Link, room: number): number {
  const { random } = state.options;
  const channels = [...link.channelOf.values()];
  const channel = channels[random.integer(channels.length)] as Channel;
  return askIfHad(state, channel, random.integer(channel.pieceCount) as PieceIndex, room);
}

/** Nothing is left but what others began: their pieces' rest, before any block is asked for twice. */
function askForOthers(state: EngineState, link: Link, room: number): number {
  for (const other of state.begunLinks) {
    for (const { channel, piece } of other.begun) {
      // Most stand there after their last block was asked for: one look at the piece tells, before any at the channel.
      if (other === link || !isAskable(channel, piece)) continue;
      const own = link.channelOf.get(channel.torrent);
      const asked = own ? askIfHad(state, own, piece, room) : 0;
      if (asked > 0) return asked;
    }
  }
  return 0;
}

export function askIfHad(state: EngineState, channel: Channel, piece: PieceIndex, room: number): number {
  return channel.has.has(piece) && isAskable(channel, piece) ? ask(state, channel, piece, room) : 0;
}

const isAskable = ({ torrent: { picker } }: Channel, piece: PieceIndex): boolean =>
  picker.isWanted(piece) && (picker.hasFreeBlocks(piece) || picker.isOpen(piece));

function ask(state: EngineState, channel: Channel, piece: PieceIndex, room: number): number {
  const { link, torrent } = channel;
  const blocks = torrent.picker.take(piece, channel.source, room, state.now);
  for (const block of blocks) askBlock(state, channel, block);
  if (blocks.length === room && torrent.picker.hasFreeBlocks(piece)) {
    link.begun.push({ channel, piece });
    state.begunLinks.add(link);
  }
  return blocks.length;
}

export function askBlock(state: EngineState, channel: Channel, block: Block): void {
  // A piece on parole that was begun anew, while the node still owes some of its blocks: it owes them still.
  if (channel.outstanding.has(channel.keyOf(block.piece, block.beginBytes))) return;
  tellInterest(state, channel);
  state.say(channel, encodeRequest(block));
  expectBlock(state, channel, block);
}

/** The block was asked for, or given: it is due. */
export function expectBlock(state: EngineState, channel: Channel, block: Block, isGift = false): void {
  channel.asked(block, state.now, isGift);
  traceRequested(state, channel, block.piece, block.beginBytes, isGift);
  state.askedLinks.add(channel.link);
  armRequestTimer(state, channel.link);
  if (channel.torrent.picker.isAwaited(block.piece)) armLateRequests(state);
}

export function tellInterest(state: EngineState, channel: Channel): void {
  const isInterested = channel.wantedCount > 0;
  if (isInterested === channel.amInterested) return;
  channel.amInterested = isInterested;
  channel.link.interestingChannels += isInterested ? 1 : -1;
  if (channel.link.interestingChannels === 0) state.idleLinks.delete(channel.link);
  state.say(channel, isInterested ? encodeInterested() : encodeNotInterested());
  if (!state.isTracing) return;
  const { link, node, torrent } = channel;
  const type = isInterested ? 'interested' : 'notInterested';
  state.trace({ type, link: link.id, peerId: node.peerId, torrent: torrent.infoHash });
}
