/**
 * What becomes of a piece that we have from now on: nodes of the fleet that cannot have it from elsewhere are given it
 * (GV6), all others are told.
 */
import type { PieceIndex } from '../units.ts';
import type { Channel } from './channel.ts';
import { isSibling } from './fresh-pieces.ts';
import { isGivenSet } from './gift-policy.ts';
import { give, mayGive } from './giving.ts';
import { skipsKnown, tellAll, tellHave } from './haves.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';
import type { Contributor, Giver } from './torrent-activity.ts';

/** A gift to eight nodes is through by then, and its other receivers need no word of it. */
const GIFT_HOLD_MS = 250;

export interface LaterHave {
  readonly torrent: Torrent;
  readonly piece: PieceIndex;
  readonly giver: Giver;
  readonly at: number;
}

export function passOn(
  state: EngineState,
  torrent: Torrent,
  piece: PieceIndex,
  senders: readonly Contributor[],
): void {
  const from = isSmall(state, torrent) ? senderKind(state, senders) : 'other';
  if (from === 'other') {
    tellAll(state, torrent, piece);
    return;
  }
  for (const channel of torrent.channels.values()) {
    if (from === 'origin' && !channel.has.has(piece) && mayGive(state, channel)) give(state, channel, piece);
    else if (from === 'origin' || !skipsKnown(channel)) tellHave(state, channel, piece, false);
  }
  torrent.fresh.set(piece, from);
  tellLater(state, torrent, piece, from);
}

/** The channel began when these had come already: who joins a set later than others is given no less. */
export function passFresh(state: EngineState, channel: Channel): void {
  const { torrent, link, number } = channel;
  if (torrent.fresh.size === 0 || !isSibling(link) || link.channels.get(number) !== channel) return;
  for (const [piece, giver] of torrent.fresh) {
    if (giver !== 'origin' || channel.has.has(piece) || !torrent.held.has(piece)) continue;
    if (mayGive(state, channel)) give(state, channel, piece);
    else tellHave(state, channel, piece, false);
  }
}

function isSmall({ options, wantingTorrents }: EngineState, { geometry }: Torrent): boolean {
  const setsUnderWay = wantingTorrents.size;
  return isGivenSet({ setBytes: geometry.contentBytes, maxSetBytes: options.giftSetBytes, setsUnderWay });
}

/** What the origin sent us, it sent to nobody else (BEP 16); what a sibling gave us, it gives to the others, too. */
function senderKind({ nodes }: EngineState, senders: readonly Contributor[]): Giver | 'other' {
  let kind: 'sibling' | 'other' = 'sibling';
  for (const { nodeKey, isGift } of senders) {
    if (nodeKey !== undefined && nodes.get(nodeKey)?.isOrigin) return 'origin';
    if (!isGift) kind = 'other';
  }
  return kind;
}

/** Word of it would only make siblings ask for what is on its way to them. */
function tellLater(state: EngineState, torrent: Torrent, piece: PieceIndex, giver: Giver): void {
  const at = state.now + GIFT_HOLD_MS;
  state.laterHaves.push({ torrent, piece, giver, at });
  state.timers.setNoLaterThan({ kind: 'laterHaves' }, at);
}

export function tellLaterHaves(state: EngineState): void {
  const { laterHaves, timers } = state;
  const firstLater = laterHaves.findIndex(({ at }) => at > state.now);
  for (const { torrent, piece, giver } of laterHaves.splice(
    0,
    firstLater < 0 ? laterHaves.length : firstLater,
  )) {
    torrent.fresh.delete(piece);
    state.torrentsToRest.add(torrent);
    if (giver === 'origin') continue;
    for (const channel of torrent.channels.values())
      if (skipsKnown(channel)) tellHave(state, channel, piece, false);
  }
  const [next] = laterHaves;
  if (next) timers.setNoLaterThan({ kind: 'laterHaves' }, next.at);
}
