/**
 * What becomes of a piece that we have from now on: nodes of the fleet that cannot have it from elsewhere are given it
 * (GV6), all others are told.
 */
import type { PieceIndex } from '../units.ts';
import { isGivenSet } from './gift-policy.ts';
import { give, mayGive } from './giving.ts';
import { skipsKnown, tellAll, tellHave } from './haves.ts';
import type { EngineState } from './state.ts';
import type { Contributor, Torrent } from './torrent.ts';

/** A gift to eight nodes is through by then, and its other receivers need no word of it. */
const GIFT_HOLD_MS = 250;

export interface LaterHave {
  readonly torrent: Torrent;
  readonly piece: PieceIndex;
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
  if (from === 'giver') tellLater(state, torrent, piece);
}

function isSmall({ options, wantingTorrents }: EngineState, { geometry }: Torrent): boolean {
  const setsUnderWay = wantingTorrents.size;
  return isGivenSet({ setBytes: geometry.contentBytes, maxSetBytes: options.giftSetBytes, setsUnderWay });
}

/** What the origin sent us, it sent to nobody else (BEP 16); what a sibling gave us, it gives to the others, too. */
function senderKind({ nodes }: EngineState, senders: readonly Contributor[]): 'origin' | 'giver' | 'other' {
  let kind: 'giver' | 'other' = 'giver';
  for (const { nodeKey, isGift } of senders) {
    if (nodeKey !== undefined && nodes.get(nodeKey)?.isOrigin) return 'origin';
    if (!isGift) kind = 'other';
  }
  return kind;
}

/** Word of it would only make siblings ask for what is on its way to them. */
function tellLater(state: EngineState, torrent: Torrent, piece: PieceIndex): void {
  const at = state.now + GIFT_HOLD_MS;
  state.laterHaves.push({ torrent, piece, at });
  state.timers.setNoLaterThan({ kind: 'laterHaves' }, at);
}

export function tellLaterHaves(state: EngineState): void {
  const { laterHaves, timers } = state;
  const firstLater = laterHaves.findIndex(({ at }) => at > state.now);
  for (const { torrent, piece } of laterHaves.splice(0, firstLater < 0 ? laterHaves.length : firstLater)) {
    for (const channel of torrent.channels.values())
      if (skipsKnown(channel)) tellHave(state, channel, piece, false);
  }
  const [next] = laterHaves;
  if (next) timers.setNoLaterThan({ kind: 'laterHaves' }, next.at);
}
