/** Who stands at the other end, over all its links: choking, ranking and bans are per node (design section 5). */
import { RateMeter } from '../rate-meter.ts';
import type { PeerId } from '../units.ts';
import type { Channel } from './channel.ts';
import { WorkBudget } from './flood-guard.ts';
import type { Link } from './link.ts';
import type { NodeGroup } from './node-group.ts';
import { RequestDepth, type RequestDepthOptions } from './request-depth.ts';
import type { Lesson } from './super-lessons.ts';
import { QueuedUploads } from './upload-queue.ts';

export class RemoteNode {
  /** Peer id and address together: an id alone can be copied by anyone. */
  readonly key: string;
  readonly peerId: PeerId;
  readonly ip: string;
  isFleet: boolean;
  /** The fleet's seed of last resort. */
  isOrigin = false;
  /** It closed a channel that we began, and opened none since (EC5). */
  refusesEarly = false;
  readonly links = new Set<Link>();
  /** Payload only. */
  readonly received = new RateMeter();
  readonly sent = new RateMeter();
  isUnchoked = false;
  unchokedAt = 0;
  sentSinceUnchokeBytes = 0;
  /** When a block was last sent to it. */
  lastSentAt = 0;
  readonly queuedUploads = new QueuedUploads();
  /** What it may still make us do for nothing. */
  readonly work: WorkBudget;
  /** Channels on which it wants something of ours. */
  interestedChannels = 0;
  /** Set while it leaves our requests unanswered for too long. */
  isSnubbing = false;
  /** A snubbing node may be asked for one block, to see whether it is back. */
  mayProbe = true;
  /** Requests to the node share its uplink, whatever torrent they are for: so they share one depth. */
  readonly depth: RequestDepth;
  /** Where it listens, as keys of the engine's address table. */
  readonly addressKeys = new Set<string>();
  /** Requests out, over all channels. */
  outstandingCount = 0;
  /** Links that could ask for more when the depth allows it, longest waiting first. */
  readonly hungry = new Set<Link>();
  /** Smoothed time from request to block. */
  latencyMs = 0;
  /** Who counts as one with it. */
  group: NodeGroup;
  /** Its channels in which there may be pieces that nobody was told of, oldest first. */
  readonly untaught = new Set<Channel>();
  /** Its channels for torrents that we super-seed, oldest first. */
  readonly learning = new Set<Channel>();
  /** What it was told there and others have not reported yet, the longest told first. */
  readonly lessons = new Set<Lesson>();
  /** When it last came to a torrent that we super-seed. */
  learnsSince = 0;
  lastBlockAt: number;
  /** Until then no reader waits for it (late-nodes.ts). */
  lateUntil = 0;
  /** When it last told of a new piece, on any channel. */
  lastHaveAt = 0;

  constructor(
    peerId: PeerId,
    ip: string,
    isFleet: boolean,
    group: NodeGroup,
    depth: RequestDepthOptions,
    now: number,
  ) {
    this.group = group;
    this.depth = new RequestDepth(depth);
    this.work = new WorkBudget(now);
    this.lastBlockAt = now;
    this.key = nodeKey(peerId, ip);
    this.peerId = peerId;
    this.ip = ip;
    this.isFleet = isFleet;
  }
}

export const nodeKey = (peerId: PeerId, ip: string): string => `${peerId}@${ip}`;
