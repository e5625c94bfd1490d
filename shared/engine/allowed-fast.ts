/**
 * What the fast extension (BEP 6) lets nodes do while they are choked, and what it advises them: allowed-fast pieces
 * in both directions, and suggestions.
 *
 * Ours are for strangers that have next to nothing: the fleet is unchoked first anyway, and a super-seeding origin
 * decides itself which piece goes where. All of them together take so little of our uplink that nobody notices, and
 * each gets a piece once (threat row 11).
 */
import { PeerError } from '../errors.ts';
import type { PieceIndex } from '../units.ts';
import { ALLOWED_FAST_COUNT, allowedFastSet } from '../wire/allowed-fast.ts';
import { encodeAllowedFast } from '../wire/encode.ts';
import type { WireBlock } from '../wire/messages.ts';
import type { Channel } from './channel.ts';
import { charge } from './flood-guard.ts';
import type { Link } from './link.ts';
import { roomOn } from './request-room.ts';
import { askIfHad } from './requests.ts';
import type { EngineState } from './state.ts';
import { activeSeeder } from './super-seeding.ts';

/** Of one channel we remember so many suggestions, the newest; libtorrent's `max_suggest_pieces`. */
const MAX_SUGGESTED = 16;
/** More than any client grants; BEP 6 proposes 10. */
const MAX_ALLOWED = 32;

export class FastPieces {
  /** We let the other side have so many bytes of these while it is choked. */
  readonly granted = new Map<PieceIndex, number>();
  /** The other side lets us have these while we are choked. */
  readonly allowed = new Set<PieceIndex>();
  /** The other side would like to give us these, the newest last. */
  readonly suggested: PieceIndex[] = [];
}

const fastOf = (channel: Channel): FastPieces => {
  channel.fastPieces ??= new FastPieces();
  return channel.fastPieces;
};

/** To a node that said what it has: that is next to nothing, so it has nothing to trade. */
export function grantFast(state: EngineState, channel: Channel): void {
  const { torrent, node } = channel;
  const { hashes } = state.options;
  if (!hashes || !channel.fast || node.isFleet || node.isUnchoked || !mayStart(state, channel)) return;
  const { pieceCount } = torrent.geometry;
  const pieces = allowedFastSet(node.ip, torrent.infoHash, pieceCount, ALLOWED_FAST_COUNT, hashes.sha1);
  for (const number of pieces) {
    const piece = number as PieceIndex;
    if (!torrent.held.has(piece) || channel.has.has(piece)) continue;
    fastOf(channel).granted.set(piece, torrent.geometry.paddedLength(piece));
    state.say(channel, encodeAllowedFast(piece));
  }
}

/** BEP 6: "whenever the requesting peer has more than k pieces", and when we lack the means, we do not. */
function mayStart(state: EngineState, { torrent, has }: Channel): boolean {
  if (has.count > ALLOWED_FAST_COUNT || activeSeeder(torrent)) return false;
  return state.fastUploads.waitMs(state.now) === 0;
}

/** Whether a choked node gets this block; if so, it has had it. */
export function takeGrant(state: EngineState, channel: Channel, piece: PieceIndex, bytes: number): boolean {
  const left = channel.fastPieces?.granted.get(piece);
  if (left === undefined || left < bytes || !mayStart(state, channel)) return false;
  fastOf(channel).granted.set(piece, left - bytes);
  state.fastUploads.take(bytes, state.now);
  return true;
}

/** We let the other side have the piece while it is choked. */
export const isGranted = (channel: Channel, piece: PieceIndex): boolean =>
  channel.fastPieces?.granted.has(piece) ?? false;

/** @throws PeerError `peer_have_unknown_piece`, `peer_flood` */
export function allowedReceived(state: EngineState, channel: Channel, number: number): void {
  const { allowed } = fastOf(channel);
  const piece = pieceOf(channel, number);
  if (allowed.has(piece) || allowed.size >= MAX_ALLOWED) return charge(state, channel.node, 'idleMessage');
  allowed.add(piece);
  channel.link.advising.add(channel);
  if (channel.link.isChokedBy) state.linksToFill.add(channel.link);
}

/** @throws PeerError `peer_have_unknown_piece`, `peer_flood` */
export function suggestReceived(state: EngineState, channel: Channel, number: number): void {
  const { suggested } = fastOf(channel);
  const piece = pieceOf(channel, number);
  charge(state, channel.node, 'idleMessage');
  if (suggested.includes(piece)) return;
  if (suggested.length >= MAX_SUGGESTED) suggested.shift();
  suggested.push(piece);
  channel.link.advising.add(channel);
}

function pieceOf(channel: Channel, number: number): PieceIndex {
  const piece = channel.torrent.geometry.pieceIndex(number);
  if (piece === undefined) throw new PeerError('peer_have_unknown_piece', `fast extension: piece ${number}`);
  return piece;
}

/** The other side will not give it after all: asking again would only spin. */
export function fastRefused(channel: Channel, block: WireBlock): void {
  channel.fastPieces?.allowed.delete(block.piece as PieceIndex);
}

/** Asks a link that chokes us for what it allows all the same. */
export function askAllowed(state: EngineState, link: Link): void {
  const { phase } = link;
  if (link.advising.size === 0 || phase.name !== 'ready') return;
  for (const channel of link.advising) {
    for (const piece of channel.fastPieces?.allowed ?? []) {
      const room = roomOn(link, phase.node);
      if (room <= 0) return;
      askIfHad(state, channel, piece, room);
    }
  }
}

/** @returns how many blocks of a suggested piece were asked for; 0 when there is none that we want */
export function askSuggested(state: EngineState, link: Link, room: number): number {
  for (const channel of link.advising) {
    const suggested = channel.fastPieces?.suggested ?? [];
    for (let piece = suggested.pop(); piece !== undefined; piece = suggested.pop()) {
      const asked = askIfHad(state, channel, piece, room);
      if (asked > 0) return asked;
    }
  }
  return 0;
}
