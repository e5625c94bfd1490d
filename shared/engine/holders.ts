/** Who else was seen to have something: what an edge's cache asks before it lets go of its copy. */
import type { PieceIndex } from '../units.ts';
import type { Torrent } from './torrent.ts';

/** Nodes other than origins with all of these pieces. A channel that went quiet is not seen any more. */
export function countHolders(torrent: Torrent | undefined, first: PieceIndex, last: PieceIndex): number {
  let holders = 0;
  for (const { node, has } of torrent?.channels.values() ?? []) {
    let piece = first as number;
    while (piece <= last && has.has(piece)) piece++;
    if (piece > last && !node.isOrigin) holders++;
  }
  return holders;
}
