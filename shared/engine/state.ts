/** The engine's whole state, and the few ways to say what is to be done about it. */
import { readUint32 } from '../bytes.ts';
import type { SourceId } from '../picker/partial-piece.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { InfoHash, LinkId } from '../units.ts';
import { encodeMessageEnvelope } from '../wire/channels.ts';
import type { EngineAction } from './actions.ts';
import { BanList } from './bans.ts';
import type { Channel } from './channel.ts';
import { FetchLine } from './fetch-line.ts';
import type { Fleet } from './fleet.ts';
import { HaveLog } from './have-log.ts';
import { HaveTurns } from './have-turns.ts';
import { HedgeTimes } from './hedge.ts';
import { KeptChannels } from './kept-channels.ts';
import type { Link } from './link.ts';
import type { RemoteNode } from './node.ts';
import type { NodeGroup } from './node-group.ts';
import { defaultTunables, type EngineOptions, type EngineTunables } from './options.ts';
import type { LaterHave } from './passing-on.ts';
import { defaultPolicies, type EnginePolicies } from './policies.ts';
import { SpreadTime } from './spread-time.ts';
import { Timers } from './timers.ts';
import type { Torrent } from './torrent.ts';
import type { TraceEvent } from './trace.ts';
import { Uplink } from './uplink.ts';
import { type JustClosed, traceSent } from './wire-trace.ts';

export interface EngineCounters {
  /** Payload over the wire, accepted. */
  fromPeersBytes: number;
  /** Payload from the web seed. */
  fromWebSeedBytes: number;
  /** Payload over the wire, sent. */
  uploadedBytes: number;
  /** Payload that came twice, or for nothing. */
  wastedBytes: number;
  /** Of these, what came twice because the web seed was raced for a reader. */
  racedBytes: number;
  failedPieces: number;
  /** Nodes banned, each time. */
  bans: number;
}

/** A dial that is under way. */
export interface Dial {
  readonly since: number;
  /** Torrents that want a channel of its link, beside the one that it is for. */
  readonly waiting: Set<Torrent>;
}

const NO_ACTIONS: readonly EngineAction[] = [];

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
  readonly counters: EngineCounters = {
    fromPeersBytes: 0,
    fromWebSeedBytes: 0,
    uploadedBytes: 0,
    wastedBytes: 0,
    racedBytes: 0,
    failedPieces: 0,
    bans: 0,
  };
  /** Pieces given to hash and disk and not yet back. */
  unwrittenBytes = 0;
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
  nextSource = 0;
  nextFetch = 0;
  readonly fetchLine: FetchLine;
  now = 0;
  actions: EngineAction[] = [];
  readonly linksToFlush = new Set<Link>();
  /** New pieces that not all links were told of. */
  readonly haveLog = new HaveLog();
  readonly haveTurns = new HaveTurns();
  /** When links were last looked at for it. */
  havesToldAt = Number.NEGATIVE_INFINITY;
  /** A node's interest changed in this step, or a node came or went. */
  slotsMayBeFree = false;
  /** Neither side wanted anything there, since when; the longest first. */
  readonly quietChannels = new Map<Channel, number>();
  /** Something of these is wanted and not held. */
  readonly wantingTorrents = new Set<Torrent>();
  /** Something ended there: looked at when the step is over. */
  readonly torrentsToRest = new Set<Torrent>();
  /** Something changed for what readers wait for: the web seed is thought of at the end of the step. */
  readonly torrentsToHedge = new Set<Torrent>();
  /** Something changed there for all channels: they may ask for more at the end of the step. */
  readonly torrentsToFill = new Set<Torrent>();
  /** Blocks became free that these have: they may ask for more at the end of the step. */
  readonly linksToFill = new Set<Link>();
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
    this.actions.push(action);
  }

  /** What is to be done since this was last asked. After most steps it is nothing. */
  takeActions(): readonly EngineAction[] {
    const { actions } = this;
    if (actions.length === 0) return NO_ACTIONS;
    this.actions = [];
    return actions;
  }

  trace(event: TraceEvent): void {
    if (this.isTracing) this.actions.push({ type: 'trace', event });
  }

  /** Queues bytes for a link; everything of one step leaves in one `send`. */
  send(link: Link, bytes: Uint8Array): void {
    link.outbox.push(bytes);
    this.linksToFlush.add(link);
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
    for (const link of this.linksToFlush) {
      const chunks = link.outbox;
      if (chunks.length === 0) continue;
      link.outbox = [];
      if (!this.links.has(link.id)) continue;
      for (const chunk of chunks) link.unsentBytes += chunk.length;
      link.lastSentAt = this.now;
      if (this.isTracing) traceSent(this, link, chunks);
      this.emit({ type: 'send', link: link.id, chunks });
    }
    this.linksToFlush.clear();
    if (this.justClosed.size > 0) this.justClosed.clear();
  }
}
