/** What the other side of a channel has: told at its begin, and piece by piece later. */
import type { PieceIndex } from '../units.ts';
import type { Channel } from './channel.ts';
import { closeChannel } from './channels.ts';
import { candidateFound } from './free-pieces.ts';
import { seenElsewhere } from './races.ts';
import { tellInterest } from './requests.ts';
import type { EngineState } from './state.ts';
import { isSpreading } from './super-seeding.ts';

/** Takes in pieces the other side has. @returns those that are news */
export function takePieces(channel: Channel, pieces: readonly PieceIndex[]): readonly PieceIndex[] {
  return pieces.filter((piece) => takePiece(channel, piece));
}

/** @returns whether it is news */
export function takePiece(channel: Channel, piece: PieceIndex): boolean {
  if (!channel.has.set(piece)) return false;
  const { picker } = channel.torrent;
  picker.changeAvailability(piece, 1);
  if (picker.isWanted(piece)) {
    channel.wantedCount++;
    candidateFound(channel, piece);
  }
  return true;
}

/** Two nodes that both have everything have nothing to say to each other (threat row 14). */
export function interestChanged(state: EngineState, channel: Channel): void {
  seenElsewhere(channel);
  if (channel.isSeed && channel.torrent.isComplete && !isBeforeIntroduction(channel) && !isSpreading(channel))
    closeChannel(state, channel, 'both_complete');
  else {
    tellInterest(state, channel);
    state.torrentsToHedge.add(channel.torrent);
    // Once for all that one read tells.
    state.linksToFill.add(channel.link);
  }
}

/** A link of the fleet outlives its first channel, as soon as we know how to say so. */
function isBeforeIntroduction({ link, node }: Channel): boolean {
  return link.channelsId === undefined && node.isFleet && link.phase.name === 'ready' && link.phase.extended;
}
