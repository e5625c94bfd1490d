/**
 * A piece that was there and is not any more: ours, told to all who may think that we have it, and another node's.
 * Caches evict and disks fail, so it is never evidence against anybody (threat row 4).
 */
import type { Bitfield } from '../bitfield.ts';
import { PeerError } from '../errors.ts';
import type { PieceIndex } from '../units.ts';
import { encodeDontHave, parseDontHave } from '../wire/dont-have.ts';
import { encodeReject } from '../wire/encode.ts';
import type { Channel } from './channel.ts';
import { forgetPiece } from './download.ts';
import { charge } from './flood-guard.ts';
import { isWithheld } from './fresh-pieces.ts';
import { giveUp } from './given-up-requests.ts';
import { skipsKnown, tellHave } from './haves.ts';
import type { Link } from './link.ts';
import type { EngineState } from './state.ts';
import { activeSeeder } from './super-seeding.ts';
import type { Torrent } from './torrent.ts';

/** We hold these pieces no more: nobody waits for them, and nobody asks again. */
export function tellLost(state: EngineState, torrent: Torrent, pieces: readonly PieceIndex[]): void {
  for (const channel of torrent.channels.values()) {
    const { dontHaveId } = channel.link;
    for (const piece of pieces) {
      rejectUploads(state, channel, piece);
      if (dontHaveId !== undefined) state.say(channel, encodeDontHave(dontHaveId, piece));
      else if (channel.node.isFleet) channel.link.untoldLosses.push({ channel, piece });
    }
  }
}

/** The other side said by which id it takes the message: it hears of what was lost before. */
export function tellLostBefore(state: EngineState, link: Link): void {
  const { dontHaveId } = link;
  if (dontHaveId === undefined) return;
  for (const { channel, piece } of link.untoldLosses.splice(0))
    if (!channel.torrent.held.has(piece)) state.say(channel, encodeDontHave(dontHaveId, piece));
}

/** The channel stands now; what came and went since we said what we have, the other side does not know yet. */
export function tellChanges(state: EngineState, channel: Channel, told: Bitfield): void {
  const { torrent, link } = channel;
  if (activeSeeder(torrent)) return;
  for (let piece = 0 as PieceIndex; piece < told.size; piece++) {
    const isHeld = torrent.held.has(piece);
    if (isHeld === told.has(piece)) continue;
    if (isHeld && isWithheld(torrent, link, piece)) continue;
    if (isHeld) tellHave(state, channel, piece, false);
    else if (link.dontHaveId !== undefined) state.say(channel, encodeDontHave(link.dontHaveId, piece));
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
  // It had the piece, so it may not have been told that we have it too.
  if (torrent.held.has(piece) && skipsKnown(channel)) tellHave(state, channel, piece, true);
  state.linksToFill.add(link);
}

/** What was asked of the channel is asked of others; a block that is on its way may still come. */
function giveUpPiece(state: EngineState, channel: Channel, piece: PieceIndex): void {
  const { torrent, link, source } = channel;
  for (const request of [...channel.outstanding.values()]) {
    if (request.piece !== piece) continue;
    giveUp(state, channel, piece, request.blockIndex);
    torrent.picker.release(source, piece, request.blockIndex);
  }
  if (link.outstanding.size === 0) state.askedLinks.delete(link);
  const at = link.begun.findIndex((begun) => begun.channel === channel && begun.piece === piece);
  if (at < 0) return;
  link.begun.splice(at, 1);
  if (link.begun.length === 0) state.begunLinks.delete(link);
  torrent.picker.leave(source, piece);
}
