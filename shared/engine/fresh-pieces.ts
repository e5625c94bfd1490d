/**
 * Pieces that came just now on their way through the fleet (GV6): who begins a channel meanwhile is given those that
 * are ours to give, and hears later of those that others give it. Told at once, it would ask for what is coming.
 */
import type { Bitfield } from '../bitfield.ts';
import type { PieceIndex } from '../units.ts';
import type { Link } from './link.ts';
import type { Torrent } from './torrent.ts';

/** Whether the other side of the link hears of the piece later, or by the piece itself. */
export function isWithheld(torrent: Torrent, link: Link, piece: PieceIndex): boolean {
  return torrent.fresh.has(piece) && isSibling(link);
}

/** What we say to have when a channel begins. */
export function toldOn(torrent: Torrent, link: Link): Bitfield {
  const told = torrent.held.clone();
  if (isSibling(link)) for (const piece of torrent.fresh.keys()) told.clear(piece);
  return told;
}

/** One that takes gifts. */
export function isSibling({ phase, takesGifts }: Link): boolean {
  return takesGifts && phase.name === 'ready' && phase.node.isFleet && !phase.node.isOrigin;
}
