/**
 * A piece that was there and is not any more: ours, told to all who may think that we have it, and another node's.
 * Caches evict and disks fail, so it is never evidence against anybody (threat row 4).
 */
import { PeerError } from '../errors.ts';
import type { PieceIndex } from '../units.ts';
import { encodeDontHave, parseDontHave } from '../wire/dont-have.ts';
import { encodeReject } from '../wire/encode.ts';
import type { Channel } from './channel.ts';
import { forgetPiece } from './download.ts';
import { charge } from './flood-guard.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';

/** We hold these pieces no more: nobody waits for them, and nobody asks again. */
export function tellLost(state: EngineState, torrent: Torrent, pieces: readonly PieceIndex[]): void {
  for (const channel of torrent.channels.values()) {
    const { dontHaveId } = channel.link;
    for (const piece of pieces) {
      rejectUploads(state, channel, piece);
      if (dontHaveId !== undefined) state.say(channel, encodeDontHave(dontHaveId, piece));
    }
  }
}

/** BEP 6: each request gets its answer. What is being read already may still be sent. */
function rejectUploads(state: EngineState, channel: Channel, piece: PieceIndex): void {
  for (const request of channel.uploads.remove((waiting) => waiting.piece === piece)) {
    if (channel.fast) state.say(channel, encodeReject(request));
  }
}

/** @throws PeerError `wire_message_length`, `peer_have_unknown_piece` */
export function dontHaveReceived(state: EngineState, channel: Channel, payload: Uint8Array): void {
  const { torrent, link } = channel;
  const number = parseDontHave(payload);
  const piece = torrent.geometry.pieceIndex(number);
  if (piece === undefined) throw new PeerError('peer_have_unknown_piece', `dont-have ${number}`);
  if (!channel.has.has(piece)) return charge(state, channel.node, 'idleMessage');
  // Each piece may vanish once for nothing: a whole cache may be lost at once.
  if (++channel.takenBackCount > torrent.geometry.pieceCount) charge(state, channel.node, 'idleMessage');
  forgetPiece(state, channel, piece);
  giveUpPiece(state, channel, piece);
  state.linksToFill.add(link);
}

/** What was asked of the channel is asked of others; a block that is on its way may still come. */
function giveUpPiece(state: EngineState, channel: Channel, piece: PieceIndex): void {
  const { torrent, link, source } = channel;
  for (const request of [...channel.outstanding.values()]) {
    if (request.piece !== piece) continue;
    channel.giveUp(channel.keyOf(piece, torrent.geometry.block(piece, request.blockIndex).beginBytes));
    torrent.picker.release(source, piece, request.blockIndex);
  }
  if (link.outstanding.size === 0) state.askedLinks.delete(link);
  const at = link.begun.findIndex((begun) => begun.channel === channel && begun.piece === piece);
  if (at < 0) return;
  link.begun.splice(at, 1);
  if (link.begun.length === 0) state.begunLinks.delete(link);
  torrent.picker.leave(source, piece);
}
