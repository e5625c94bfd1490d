/** CH8: two links between the same nodes become one (docs/PROTOCOL.md). */
import { isOnLink, openChannel } from './channels.ts';
import { closeLink } from './connections.ts';
import type { Address } from './inputs.ts';
import type { Link, Ready } from './link.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';

/** Only the node that dialled the one too many closes it; its torrents go on as channels of the other. */
export function mergeTwins(state: EngineState, link: Link, ready: Ready): void {
  for (const other of ready.node.links) {
    if (other === link || other.channelsId === undefined) continue;
    const loser = loserOf(state, link, other, ready.node.peerId);
    if (loser.direction !== 'outbound') return;
    const winner = loser === link ? other : link;
    const torrents = Array.from(loser.channels.values(), (channel) => channel.torrent);
    const openings = [...loser.opening.values()];
    closeLink(state, loser, 'link_duplicate');
    for (const torrent of torrents) reopen(state, winner, torrent, loser.address);
    for (const opening of openings) reopen(state, winner, opening.torrent, opening.address);
    return;
  }
}

function reopen(state: EngineState, link: Link, torrent: Torrent, address: Address): void {
  if (torrent.wantsAnything && !isOnLink(link, torrent)) openChannel(state, link, torrent, address);
}

function loserOf(state: EngineState, a: Link, b: Link, peerId: string): Link {
  if (a.direction === b.direction) return a.id > b.id ? a : b;
  const dialledByUs = a.direction === 'outbound' ? a : b;
  const dialledByThem = dialledByUs === a ? b : a;
  return state.options.peerId < peerId ? dialledByThem : dialledByUs;
}
