/** Pieces that links may be asked for: found, free again, become rarer. Each change goes where the choice is made. */
import { BEGUN_LEVEL } from '../picker/candidates.ts';
import type { PieceIndex } from '../units.ts';
import type { Channel } from './channel.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';

/** Had by so few nodes, a piece is rare. */
const RARE = 3;

/** Where an open piece stands among what the channel's link may be asked for (picker/piece-order.ts). */
export function levelOf({ link, torrent }: Channel, piece: PieceIndex): number {
  return link.pieceOrder(torrent, piece);
}

/** The other side of a channel has the piece, and we may want it. */
export function candidateFound(channel: Channel, piece: PieceIndex): void {
  const { torrent, link } = channel;
  const isLeft = torrent.picker.isLeft(piece);
  if (!isLeft && !torrent.picker.isOpen(piece)) return;
  link.candidates.add(channel, piece, isLeft ? BEGUN_LEVEL : levelOf(channel, piece));
  if (torrent.picker.isAwaited(piece)) link.awaiting.add(channel);
}

/** The piece may be asked for anew, whole or in part: by every link that has it. */
export function pieceFree(state: EngineState, torrent: Torrent, piece: PieceIndex, begun: boolean): void {
  const isAwaited = torrent.picker.isAwaited(piece);
  for (const channel of torrent.channels.values()) {
    if (!channel.has.has(piece)) continue;
    channel.link.candidates.add(channel, piece, begun ? BEGUN_LEVEL : levelOf(channel, piece));
    if (isAwaited) channel.link.awaiting.add(channel);
    state.linksToFill.add(channel.link);
  }
}

/** The piece became rare: where it still is, it comes up earlier. Of common pieces one more or less is no matter. */
export function becameRarer(torrent: Torrent, piece: PieceIndex): void {
  if (!torrent.picker.isOpen(piece) || torrent.picker.availability(piece) > RARE) return;
  for (const channel of torrent.channels.values()) {
    if (channel.has.has(piece)) channel.link.candidates.add(channel, piece, levelOf(channel, piece));
  }
}
