/**
 * How many strangers of one address or prefix may be linked for one torrent (threat rows 1 and 2): else one person with
 * many ids takes all the places that a torrent has for links. Nodes of the fleet and private addresses are exempt.
 */
import { isPrivate, prefixOf } from '../choker/groups.ts';
import { PeerError } from '../errors.ts';
import type { PeerId } from '../units.ts';
import type { Torrent } from './torrent.ts';

/** One household or office with several clients; of fifty places, a stranger's network gets so many. */
const MAX_LINKS_PER_PREFIX = 6;

/** @throws PeerError `link_address_taken`, `link_prefix_taken` */
export function admitStranger(torrent: Torrent, peerId: PeerId, ip: string): void {
  if (isPrivate(ip)) return;
  const prefix = prefixOf(ip);
  let neighbours = 0;
  for (const { node } of torrent.channels.values()) {
    if (node.isFleet) continue;
    // libtorrent refuses so by default (allow_multiple_connections_per_ip).
    if (node.ip === ip && node.peerId !== peerId)
      throw new PeerError('link_address_taken', `${ip} is linked already, by another id`);
    if (prefixOf(node.ip) === prefix) neighbours++;
  }
  if (neighbours >= MAX_LINKS_PER_PREFIX)
    throw new PeerError('link_prefix_taken', `${neighbours} nodes near ${ip} are linked already`);
}
