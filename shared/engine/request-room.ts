/** How many blocks more a link, or a node over all its links, may be asked for now. */
import type { Channel } from './channel.ts';
import type { Link } from './link.ts';
import type { RemoteNode } from './node.ts';

/** A waiting reader's channel may have so many requests out whatever else the node still owes us. */
const READER_REQUESTS = 16;

/** A node that leaves our requests unanswered is asked for one block at a time, after a pause. */
export const depthOf = (node: RemoteNode): number =>
  node.isSnubbing ? Number(node.mayProbe) : node.depth.limit;

export function roomOn(link: Link, node: RemoteNode): number {
  return Math.min(link.maxRequests - link.outstanding.size, depthOf(node) - node.outstandingCount);
}

/** Room for a block that a reader waits for. */
export function roomForReader(channel: Channel): number {
  const { link, node } = channel;
  const own = Math.min(READER_REQUESTS, link.maxRequests) - channel.outstanding.size;
  return Math.max(roomOn(link, node), node.isSnubbing ? 0 : own);
}
