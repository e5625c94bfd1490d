/** What the other side of a channel has: told at its begin, and piece by piece later. */
import type { PieceIndex } from '../units.ts';
import type { Channel } from './channel.ts';
import { closeChannel } from './channels.ts';
import { candidateFound } from './free-pieces.ts';
import { fillRequests } from './requests.ts';
import type { EngineState } from './state.ts';

/** Takes in pieces the other side has. @returns those that are news */
export function takePieces(channel: Channel, pieces: readonly PieceIndex[]): readonly PieceIndex[] {
  const { picker } = channel.torrent;
  const news = pieces.filter((piece) => channel.has.set(piece));
  for (const piece of news) {
    picker.changeAvailability(piece, 1);
    if (!picker.isWanted(piece)) continue;
    channel.wantedCount++;
    candidateFound(channel, piece);
  }
  return news;
}

/** Two nodes that both have everything have nothing to say to each other (threat row 14). */
export function interestChanged(state: EngineState, channel: Channel): void {
  if (channel.isSeed && channel.torrent.isComplete) closeChannel(state, channel, 'both_complete');
  else fillRequests(state, channel);
}
