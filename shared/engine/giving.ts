/**
 * Pieces that go from node to node of the fleet unasked (docs/PROTOCOL.md, GV1 to GV6): the origin gives each to one
 * node, and that one to all others. To both sides a gift is a request that was made and needs no message: it can be
 * cancelled, rejected, choked off and given up like any other.
 */
import { PeerError } from '../errors.ts';
import type { PieceIndex } from '../units.ts';
import { encodeGive } from '../wire/channels.ts';
import { encodeCancel } from '../wire/encode.ts';
import type { Channel } from './channel.ts';
import { charge } from './flood-guard.ts';
import { isGiven } from './gift-policy.ts';
import { interestChanged, takePiece } from './pieces-told.ts';
import { expectBlock } from './requests.ts';
import type { EngineState } from './state.ts';
import { pupilHas } from './super-seeding.ts';
import { isAfter } from './uplink.ts';
import { serve } from './upload.ts';

/** Whether a piece that the other side of the channel lacks is given to it, and not only told. */
export function mayGive(state: EngineState, channel: Channel): boolean {
  return channel.node.isUnchoked && mayGiveUnchoked(state, channel);
}

/** The same, once the node has a slot. */
export function mayGiveUnchoked(
  state: EngineState,
  { link, node, torrent, fast }: Pick<Channel, 'link' | 'node' | 'torrent' | 'fast'>,
): boolean {
  return isGiven({
    takesGifts: link.takesGifts && link.channelsId !== undefined && fast,
    isFleet: node.isFleet,
    setBytes: torrent.geometry.contentBytes,
    maxSetBytes: state.options.giftSetBytes,
    setsUnderWay: state.wantingTorrents.size + node.learning.size,
    queuedBytes: node.queuedUploads.bytes + link.unsentBytes,
    comesAfter: () => isAfter(state, node),
  });
}

/** GV2: tells of the piece, and queues its blocks as if they had been asked for. */
export function give(state: EngineState, channel: Channel, piece: PieceIndex): void {
  const { link, torrent, number } = channel;
  state.send(link, encodeGive(link.channelsId as number, number, piece));
  for (let index = 0; index < torrent.geometry.blockCount(piece); index++)
    channel.uploads.push(torrent.geometry.block(piece, index));
  link.serving.add(channel);
  serve(state, link);
}

/**
 * GV3 to GV5: blocks that we lack count as asked for; what we have, or were promised by another, is cancelled.
 * @throws PeerError `peer_have_unknown_piece`, `peer_flood`
 */
export function giftAnnounced(state: EngineState, channel: Channel, value: number): void {
  const { torrent, node, source } = channel;
  const piece = torrent.geometry.pieceIndex(value);
  if (piece === undefined) throw new PeerError('peer_have_unknown_piece', `give ${value}`);
  if (takePiece(channel, piece)) {
    node.lastHaveAt = state.now;
    pupilHas(state, channel, piece);
  }
  if (!node.isFleet) charge(state, node, 'unwelcomeGift');
  const taken = node.isFleet ? torrent.picker.take(piece, source, Number.POSITIVE_INFINITY, state.now) : [];
  const isTaken = new Set(taken.map(({ beginBytes }) => beginBytes));
  for (let index = 0; index < torrent.geometry.blockCount(piece); index++) {
    const block = torrent.geometry.block(piece, index);
    if (isTaken.has(block.beginBytes)) expectBlock(state, channel, block, true);
    else {
      channel.mayStillCome(channel.keyOf(piece, block.beginBytes));
      state.say(channel, encodeCancel(block));
    }
  }
  interestChanged(state, channel);
}
