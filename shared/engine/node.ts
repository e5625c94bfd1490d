/** Who stands at the other end, over all its links: choking, ranking and bans are per node (design section 5). */
import { RateMeter } from '../rate-meter.ts';
import type { PeerId } from '../units.ts';
import type { Link } from './link.ts';

export class RemoteNode {
  /** Peer id and address together: an id alone can be copied by anyone. */
  readonly key: string;
  readonly peerId: PeerId;
  readonly ip: string;
  isFleet: boolean;
  readonly links = new Set<Link>();
  /** Payload only. */
  readonly received = new RateMeter();
  readonly sent = new RateMeter();
  isUnchoked = false;
  unchokedAt = 0;
  sentSinceUnchokeBytes = 0;
  /** Channels on which it wants something of ours. */
  interestedChannels = 0;
  /** Set while it leaves our requests unanswered for too long. */
  isSnubbing = false;

  constructor(peerId: PeerId, ip: string, isFleet: boolean) {
    this.key = nodeKey(peerId, ip);
    this.peerId = peerId;
    this.ip = ip;
    this.isFleet = isFleet;
  }
}

export const nodeKey = (peerId: PeerId, ip: string): string => `${peerId}@${ip}`;
