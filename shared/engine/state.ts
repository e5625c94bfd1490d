/** The engine's whole state, and the few ways to say what is to be done about it. */
import { readUint32 } from '../bytes.ts';
import type { SourceId } from '../picker/partial-piece.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { InfoHash, LinkId } from '../units.ts';
import { encodeMessageEnvelope } from '../wire/channels.ts';
import { HaveMessages } from '../wire/have-messages.ts';
import type { EngineAction } from './actions.ts';
import { Agenda } from './agenda.ts';
import { BanList } from './bans.ts';
import type { Channel } from './channel.ts';
import { newCounters } from './counters.ts';
import { FetchLine } from './fetch-line.ts';
import type { Fleet } from './fleet.ts';
import { HaveLog } from './have-log.ts';
import { HaveTurns } from './have-turns.ts';
import { HedgeTimes } from './hedge.ts';
import { KeptChannels } from './kept-channels.ts';
import { type Link, NOTHING_SAID } from './link.ts';
import type { RemoteNode } from './node.ts';
import type { NodeGroup } from './node-group.ts';
import { defaultTunables, type EngineOptions, type EngineTunables } from './options.ts';
import type { LaterHave } from './passing-on.ts';
import { defaultPolicies, type EnginePolicies } from './policies.ts';
import { SpreadTime } from './spread-time.ts';
import { Timers } from './timers.ts';
import type { Torrent } from './torrent.ts';
import type { TraceEvent } from './trace.ts';
import { UnwrittenBytes } from './unwritten-bytes.ts';
import { Uplink } from './uplink.ts';
import { type JustClosed, traceSent } from './wire-trace.ts';

/** A dial that is under way. */
export interface Dial {
  readonly since: number;
  /** Torrents that want a channel of its link, beside the one that it is for. */
  readonly waiting: Set<Torrent>;
  /** It is for none: a sibling is met (CH14). */
  readonly isMeeting: boolean;
}

/**
 * Never added to: the first of a step begins a new list, as a list of one. Most stay that, and one that has begun to grow
 * takes ten times the memory.
 */
const NO_ACTIONS: EngineAction[] = [];
const NO_LINKS: Link[] = [];

export class EngineState {
  readonly options: EngineOptions & EngineTunables & EnginePolicies;
  readonly torrents = new Map<InfoHash, Torrent>();
  /** By what stands in a handshake: the v1 info-hash, or the v2 one cut to 20 bytes (BEP 52). */
  readonly torrentsByWireHash = new Map<string, Torrent>();
  readonly links = new Map<LinkId, Link>();
  readonly nodes = new Map<string, RemoteNode>();
  readonly groups = new Map<string, NodeGroup>();
  readonly uplink = new Uplink();
  readonly channels = new Map<SourceId, Channel>();
  /** Who listens where, as far as links told: `<ip> <port>`. */
  readonly nodesByAddress = new Map<string, RemoteNode>();
  /** Addresses being dialled, and the other torrents that wait for the link. */
  readonly dials = new Map<string, Dial>();
  fleet: Fleet = new Map();
  readonly bans: BanList;
  readonly timers = new Timers();
  readonly counters = newCounters();
  readonly unwritten = new UnwrittenBytes();
  /** What choked nodes may have all the same (BEP 6). */
  readonly fastUploads: TokenBucket;
  lastPeerBlockAt = 0;
  /** How long readers' wishes take, by peers and by the web seed. */
  readonly hedge = new HedgeTimes();
  /** Smoothed time from request to block, over all nodes. */
  blockLatencyMs = 0;
  /**
   * From telling a node of a piece until it has it: on a thin uplink seconds stand in the kernel's buffers, and what is
   * told to another meanwhile leaves twice. A node that is gone is noticed by its link.
   */
  readonly fetchTime = new SpreadTime(4_000, 2);
  /** From there until another node has it. */
  readonly spreadTime = new SpreadTime(600);
  optimisticNode: string | undefined;
  /** Somebody looks at the trace. */
  isTracing: boolean;
  /** Only while it is traced: what was said there waits to be sent. */
  readonly justClosed = new Map<Link, JustClosed>();
  /** When a reader last asked us for an image, or an edge for one. */
  readerAskedAt = Number.NEGATIVE_INFINITY;
  nextSource = 0;
  nextTorrent = 0;
  nextFetch = 0;
  readonly fetchLine: FetchLine;
  now = 0;
  #actions = NO_ACTIONS;
  /** Something stands in their outboxes. */
  linksToFlush = NO_LINKS;
  /** New pieces that not all links were told of. */
  readonly haveLog = new HaveLog();
  readonly haveTurns = new HaveTurns();
  readonly haveMessages = new HaveMessages();
  /** When links were last looked at for it. */
  havesToldAt = Number.NEGATIVE_INFINITY;
  /** A node's interest changed in this step, or a node came or went. */
  slotsMayBeFree = false;
  /** Neither side wanted anything there, since when; the longest first. */
  readonly quietChannels = new Map<Channel, number>();
  /** Torrents wait for a channel there. */
  readonly crowdedLinks = new Set<Link>();
  /** Something of these is wanted and not held. */
  readonly wantingTorrents = new Set<Torrent>();
  /** Something ended there: looked at when the step is over. */
  readonly torrentsToRest = new Agenda<Torrent>();
  /** Something changed for what readers wait for: the web seed is thought of at the end of the step. */
  readonly torrentsToHedge = new Agenda<Torrent>();
  /** Something changed there for all channels: they may ask for more at the end of the step. */
  readonly torrentsToFill = new Agenda<Torrent>();
  /** Blocks became free that these have: they may ask for more at the end of the step. */
  readonly linksToFill = new Agenda<Link>();
  /** Stopped asking because too many pieces wait for hash and disk. */
  readonly linksHeldBack = new Set<Link>();
  /** Links that could ask for more and have nothing to ask for but what others were asked for: the end game's. */
  readonly idleLinks = new Set<Link>();
  /** Links with requests out. */
  readonly askedLinks = new Set<Link>();
  /** Links with begun pieces whose rest nobody was asked for. */
  readonly begunLinks = new Set<Link>();

  /** Channels that the origin began for torrents that are not here yet. */
  readonly kept = new KeptChannels();
  /** Pieces that siblings are told of when who gave them to us has given them to all; the oldest first. */
  readonly laterHaves: LaterHave[] = [];

  constructor(options: EngineOptions) {
    this.options = { ...defaultTunables, ...defaultPolicies, ...options };
    const { allowedFastBytesPerSecond, allowedFastBurstBytes } = this.options;
    this.fastUploads = new TokenBucket(allowedFastBytesPerSecond, allowedFastBurstBytes, 0);
    this.isTracing = options.trace ?? false;
    this.fetchLine = new FetchLine(this.options.readerFetches);
    this.bans = new BanList(this.options.banMs);
  }

  emit(action: EngineAction): void {
    if (this.#actions.length === 0) this.#actions = [action];
    else this.#actions.push(action);
  }

  /** What is to be done since this was last asked. After most steps it is nothing. */
  takeActions(): readonly EngineAction[] {
    const actions = this.#actions;
    this.#actions = NO_ACTIONS;
    return actions;
  }

  trace(event: TraceEvent): void {
    if (this.isTracing) this.emit({ type: 'trace', event });
  }

  /** Queues bytes for a link; everything of one step leaves in one `send`. */
  send(link: Link, bytes: Uint8Array): void {
    if (link.outbox.length > 0) {
      link.outbox.push(bytes);
      return;
    }
    link.outbox = [bytes];
    if (this.linksToFlush.length === 0) this.linksToFlush = [link];
    else this.linksToFlush.push(link);
  }

  /**
   * Sends one message of the peer wire on a channel: plainly on channel 0, in an envelope on others (CH2).
   * @param first begins with the message's length prefix; `rest` follows it
   */
  say(channel: Channel, first: Uint8Array, ...rest: readonly Uint8Array[]): void {
    const { link, number } = channel;
    if (number === 0) this.send(link, first);
    else {
      this.send(link, encodeMessageEnvelope(link.channelsId as number, number, readUint32(first, 0)));
      this.send(link, first.subarray(4));
    }
    for (const bytes of rest) this.send(link, bytes);
  }

  flush(): void {
    const links = this.linksToFlush;
    this.linksToFlush = NO_LINKS;
    for (const link of links) {
      const chunks = link.outbox;
      link.outbox = NOTHING_SAID;
      if (!this.links.has(link.id)) continue;
      for (const chunk of chunks) link.unsentBytes += chunk.length;
      link.lastSentAt = this.now;
      if (this.isTracing) traceSent(this, link, chunks);
      this.emit({ type: 'send', link: link.id, chunks });
    }
    if (this.justClosed.size > 0) this.justClosed.clear();
  }
}
