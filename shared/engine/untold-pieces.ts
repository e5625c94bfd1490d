/**
 * What a reader waits for is asked of the origin though it was not told (docs/PROTOCOL.md, RW1): a super-seeding origin
 * says that it has nothing, and tells pieces in an order that knows of no reader. Siblings that have the piece come
 * first, as long as a reader would wait for them before the web seed is asked.
 *
 * Only of an origin whose web seed is not there: readers' fetches stand in line for that (RW3), and what a sibling has by
 * then is left to it. Asked for here all at once, each popular piece stood in the origin's queue for several edges: 40 % of
 * what it sent while eight edges were cold.
 */
import type { PieceIndex } from '../units.ts';
import type { Channel } from './channel.ts';
import { takePiece } from './pieces-told.ts';
import { tellInterest } from './requests.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';

/** Looks which pieces that readers wait for should be asked of the origin now, or when to look again. */
export function askUntold(state: EngineState, torrent: Torrent): void {
  if (torrent.readerSince.size === 0 || torrent.webSeed?.failures === 0) return;
  for (const channel of torrent.channels.values()) if (channel.node.isOrigin) askUntoldOf(state, channel);
}

function askUntoldOf(state: EngineState, channel: Channel): void {
  const { torrent, link } = channel;
  let nextAt = Number.POSITIVE_INFINITY;
  let isNews = false;
  for (const [piece, since] of torrent.readerSince) {
    if (torrent.held.has(piece) || !channel.mayHaveUntold(piece)) continue;
    const dueAt = isElsewhere(torrent, piece) ? since + state.options.readerHedgeMs : since;
    if (dueAt > state.now) nextAt = Math.min(nextAt, dueAt);
    else isNews = takePiece(channel, piece) || isNews;
  }
  if (Number.isFinite(nextAt)) state.timers.set({ kind: 'untold', torrent: torrent.infoHash }, nextAt);
  if (!isNews) return;
  tellInterest(state, channel);
  state.linksToFill.add(link);
}

const isElsewhere = (torrent: Torrent, piece: PieceIndex): boolean => torrent.picker.availability(piece) > 0;
