/**
 * Nodes that let a reader wait in vain: no answer to an open, no block, for as long as the origin would be given. The
 * next readers do not wait for them, until they answer in time again or a while is over. A node that is dead or crawls
 * then costs one wait, not one for each image.
 */
import type { PieceIndex } from '../units.ts';
import { addressKey } from './address-key.ts';
import type { Channel } from './channel.ts';
import { patientMs } from './hedge.ts';
import type { RemoteNode } from './node.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';

/** Then one reader's wish tries it again. */
const LATE_FOR_MS = 10_000;

/** The longest that a reader waits for a node, and the web seed has a piece to itself: twice what the origin takes. */
export const patience = ({ hedge, options }: EngineState): number =>
  patientMs(hedge.originHigh, options.readerHedgeMs);

export const isLate = ({ now }: EngineState, node: RemoteNode): boolean => now < node.lateUntil;

/** Nodes are being asked whether they know the torrent, and may well answer soon. */
export function isAsking(state: EngineState, torrent: Torrent): boolean {
  if (torrent.addresses.diallingCount === 0) return false;
  for (const address of torrent.addresses.dialling()) {
    const key = addressKey(address);
    const dial = state.dials.get(key);
    const node = state.nodesByAddress.get(key);
    const isLost = dial ? state.now - dial.since >= patience(state) : node && isLate(state, node);
    if (!isLost) return true;
  }
  return false;
}

/** The web seed is asked for these pieces: who was asked for them, or for the torrent, and has let us wait? */
export function noteLate(state: EngineState, torrent: Torrent, pieces: ReadonlySet<PieceIndex>): void {
  const before = state.now - patience(state);
  for (const channel of torrent.channels.values())
    if (channel.node.lastBlockAt <= before && owesSince(channel, pieces, before)) mark(state, channel.node);
  if (torrent.addresses.diallingCount === 0) return;
  for (const address of torrent.addresses.dialling()) {
    const node = state.nodesByAddress.get(addressKey(address));
    for (const link of node?.links ?? [])
      for (const opening of link.opening.values())
        if (opening.torrent === torrent && opening.askedAt <= before) mark(state, node as RemoteNode);
  }
}

/** It answered what was asked at that time. */
export function noteAnswer(state: EngineState, node: RemoteNode, askedAt: number): void {
  if (isLate(state, node) && state.now - askedAt < patience(state)) node.lateUntil = 0;
}

function mark(state: EngineState, node: RemoteNode): void {
  node.lateUntil = state.now + LATE_FOR_MS;
}

function owesSince(channel: Channel, pieces: ReadonlySet<PieceIndex>, before: number): boolean {
  for (const { piece, askedAt } of channel.outstanding.values())
    if (askedAt <= before && pieces.has(piece)) return true;
  return false;
}
