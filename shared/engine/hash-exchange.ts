/**
 * Hashes of a file's merkle tree (BEP 52), given and asked for. We ask when a piece of several senders fails: its
 * leaves tell at once whose blocks were wrong. Meanwhile the piece is fetched anew of one node alone, so if nobody
 * gives the leaves, the liar is found as before (threat rows 3 and 5). The host hashes: it makes answers and checks
 * those of others against the piece layer.
 */
import { PeerError } from '../errors.ts';
import type { FileSpan } from '../geometry.ts';
import {
  type HashRange,
  isSameRange,
  isValidRange,
  leavesOfPiece,
  piecesOfRange,
} from '../metainfo/hash-range.ts';
import type { SourceId } from '../picker/partial-piece.ts';
import type { FileRoot, PieceIndex } from '../units.ts';
import { encodeHashes, encodeHashReject, encodeHashRequest } from '../wire/encode.ts';
import { encodeHashRange, parseHashRange } from '../wire/hashes.ts';
import type { Channel } from './channel.ts';
import { closeLink } from './connections.ts';
import { charge } from './flood-guard.ts';
import { hashesFirst } from './hashes-first.ts';
import type { Link } from './link.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';

/** Answers being made for one link: each may read 8 MiB. */
const MAX_READS_PER_LINK = 2;
/** Questions to one channel that are not answered yet. */
const MAX_ASKS_PER_CHANNEL = 16;
/** Reading and hashing so many blocks is the work of one more message. */
const BLOCKS_PER_MESSAGE = 8;

/** What is done to know the true leaves of a piece that failed. */
export interface LeafAsk {
  /** Who was asked so far. */
  readonly asked: Set<SourceId>;
  /** Who is being asked; undefined: nobody. */
  source: SourceId | undefined;
  /** Found true. */
  leaves: Uint8Array | undefined;
}

/** @throws PeerError `peer_flood` */
export function hashRequestReceived(state: EngineState, channel: Channel, wanted: Uint8Array): void {
  const { link, torrent, node } = channel;
  const range = parseHashRange(wanted);
  const pieces = neededPieces(torrent, range);
  hashesFirst(state, channel);
  charge(state, node, 'hashRequest', 1 + (pieces ? range.length / BLOCKS_PER_MESSAGE : 0));
  const isHad = pieces?.every((piece) => torrent.held.has(piece)) ?? false;
  if (!isHad || link.hashReads >= MAX_READS_PER_LINK) {
    state.say(channel, encodeHashReject(wanted));
    return;
  }
  link.hashReads++;
  state.emit({ type: 'readHashes', link: link.id, torrent: torrent.infoHash, range });
}

/** Pieces that must be held to answer; undefined for a range that is none of this torrent's. */
function neededPieces(torrent: Torrent, range: HashRange): readonly PieceIndex[] | undefined {
  const file = torrent.geometry.files[torrent.roots.indexOf(range.root)];
  if (!file || !isValidRange(range, file.lengthBytes)) return undefined;
  return piecesOfRange(range, file, torrent.geometry.pieceLengthBytes);
}

export function hashesRead(
  state: EngineState,
  link: Link,
  channel: Channel | undefined,
  { range, hashes }: { readonly range: HashRange; readonly hashes: Uint8Array | undefined },
): void {
  link.hashReads--;
  if (!channel) return;
  hashesFirst(state, channel);
  const wanted = encodeHashRange(range);
  state.say(channel, hashes ? encodeHashes(wanted, hashes) : encodeHashReject(wanted));
}

/** A piece failed and its true leaves are not known: asks one node that has it, of others than sent it if possible. */
export function askLeaves(state: EngineState, torrent: Torrent, piece: PieceIndex): void {
  const ask = askOf(torrent, piece);
  const range = rangeOf(torrent, piece);
  if (!range || ask.leaves || ask.source !== undefined) return;
  const channel = whomToAsk(torrent, piece, ask);
  if (!channel) return;
  ask.asked.add(channel.source);
  ask.source = channel.source;
  channel.hashRequests ??= [];
  channel.hashRequests.push(range);
  state.say(channel, encodeHashRequest(encodeHashRange(range)));
}

function askOf(torrent: Torrent, piece: PieceIndex): LeafAsk {
  let ask = torrent.leafAsks.get(piece);
  if (!ask) {
    ask = { asked: new Set(), source: undefined, leaves: undefined };
    torrent.leafAsks.set(piece, ask);
  }
  return ask;
}

function rangeOf(torrent: Torrent, piece: PieceIndex): HashRange | undefined {
  const root: FileRoot | undefined = torrent.roots[torrent.geometry.fileIndexOf(piece)];
  return root && leavesOfPiece(torrent.geometry, root, piece);
}

function whomToAsk(torrent: Torrent, piece: PieceIndex, ask: LeafAsk): Channel | undefined {
  const suspects = new Set(
    torrent.failures.get(piece)?.flatMap(({ senders }) => senders.map((s) => s.nodeKey)),
  );
  let suspect: Channel | undefined;
  for (const channel of torrent.channels.values()) {
    if (!channel.link.givesHashes || !channel.has.has(piece) || ask.asked.has(channel.source)) continue;
    if ((channel.hashRequests?.length ?? 0) >= MAX_ASKS_PER_CHANNEL) continue;
    if (!suspects.has(channel.node.key)) return channel;
    suspect ??= channel;
  }
  return suspect;
}

/** @throws PeerError `peer_hashes_unrequested` */
export function hashesReceived(
  state: EngineState,
  channel: Channel,
  wanted: Uint8Array,
  hashes: Uint8Array,
): void {
  const { torrent } = channel;
  const range = answered(channel, wanted);
  if (!range) throw new PeerError('peer_hashes_unrequested', 'hashes that nobody asked for (BEP 52)');
  const piece = pieceAsked(channel, range);
  // The piece passed meanwhile.
  if (piece === undefined) return;
  const { infoHash } = torrent;
  state.emit({ type: 'checkHashes', torrent: infoHash, piece, range, hashes: hashes.slice() });
}

/** @throws PeerError `peer_flood` */
export function hashRejectReceived(state: EngineState, channel: Channel, wanted: Uint8Array): void {
  const range = answered(channel, wanted);
  if (!range) return charge(state, channel.node, 'idleMessage');
  const piece = pieceAsked(channel, range);
  if (piece !== undefined) askNext(state, channel.torrent, piece);
}

/** @returns the request of ours that this answers, which is settled with it */
function answered(channel: Channel, wanted: Uint8Array): HashRange | undefined {
  const range = parseHashRange(wanted);
  const at = channel.hashRequests?.findIndex((request) => isSameRange(request, range)) ?? -1;
  return at < 0 ? undefined : channel.hashRequests?.splice(at, 1)[0];
}

function pieceAsked({ torrent, source }: Channel, range: HashRange): PieceIndex | undefined {
  const file = torrent.geometry.files[torrent.roots.indexOf(range.root)] as FileSpan;
  const piece = (file.firstPiece + range.index / range.length) as PieceIndex;
  return torrent.leafAsks.get(piece)?.source === source ? piece : undefined;
}

function askNext(state: EngineState, torrent: Torrent, piece: PieceIndex): void {
  askOf(torrent, piece).source = undefined;
  askLeaves(state, torrent, piece);
}

/**
 * The host has checked an answer. One that does not lead to the piece's hash ends the link of who gave it.
 * @returns whether the true leaves are known now
 */
export function hashesChecked(
  state: EngineState,
  torrent: Torrent,
  piece: PieceIndex,
  leaves: Uint8Array | undefined,
): boolean {
  const ask = torrent.leafAsks.get(piece);
  if (!ask) return false;
  const { source } = ask;
  if (leaves) {
    ask.leaves = leaves;
    ask.source = undefined;
    return true;
  }
  const channel = source === undefined ? undefined : torrent.channels.get(source);
  if (channel) closeLink(state, channel.link, 'peer_hashes_invalid');
  if (torrent.leafAsks.has(piece)) askNext(state, torrent, piece);
  return false;
}

/** The channel answers no more. */
export function askedGone(state: EngineState, { torrent, source }: Channel): void {
  for (const [piece, ask] of torrent.leafAsks) if (ask.source === source) askNext(state, torrent, piece);
}
