/** One connection. It knows bytes, the handshake and its node; what is said about a torrent is the channel's. */
import type { Bitfield } from '../bitfield.ts';
import { Candidates } from '../picker/candidates.ts';
import { type PieceOrder, rarestFirst } from '../picker/piece-order.ts';
import type { LinkId, PieceIndex } from '../units.ts';
import type { MessageDecoder } from '../wire/decoder.ts';
import type { HandshakeReader } from '../wire/handshake.ts';
import type { Channel, Request } from './channel.ts';
import type { UntoldHave } from './haves.ts';
import type { Address } from './inputs.ts';
import type { KeptChannel } from './kept-channels.ts';
import type { RemoteNode } from './node.ts';
import type { Torrent } from './torrent.ts';
import { QueuedUploads } from './upload-queue.ts';
import { WaitingLine } from './waiting-line.ts';

export interface Handshaking {
  readonly name: 'handshaking';
  readonly reader: HandshakeReader;
  /** What we dialled for; an inbound link tells by its handshake. */
  readonly torrent: Torrent | undefined;
}

export interface Ready {
  readonly name: 'ready';
  readonly node: RemoteNode;
  readonly decoder: MessageDecoder;
  /** BEP 6 in force on both sides. */
  readonly fast: boolean;
  /** BEP 10 in force on both sides. */
  readonly extended: boolean;
}

/** libtorrent's default for a peer that does not tell, and what the mainline client queued. */
const UNTOLD_MAX_REQUESTS = 250;

export interface OpeningChannel {
  readonly torrent: Torrent;
  /** Where the torrent knows the node by. */
  readonly address: Address;
  readonly askedAt: number;
  /** What we said to have. */
  readonly told: Bitfield;
  /** The other side opened one, too, before it had ours. */
  isCrossed: boolean;
}

/** A piece that we began to ask this link for, and did not ask for to its end yet. */
export interface BegunPiece {
  readonly channel: Channel;
  readonly piece: PieceIndex;
}

/** Never added to: the first chunk begins a new list. */
export const NOTHING_SAID: Uint8Array[] = [];

export class Link {
  readonly id: LinkId;
  readonly direction: 'inbound' | 'outbound';
  readonly address: Address;
  phase: Handshaking | Ready;
  lastSentAt: number;
  lastReceivedAt: number;
  /** Given to the host, not yet in the kernel. */
  unsentBytes = 0;
  /** Blocks being read from the store for this link. */
  readingBytes = 0;
  /** By number; 0 is the torrent of the handshake (docs/PROTOCOL.md, CH1). */
  readonly channels = new Map<number, Channel>();
  /** The other side's id for messages of the channels extension; undefined while it has not named one. */
  channelsId: number | undefined;
  /** The other side's id for lt_donthave (BEP 54); undefined while it has not named one. */
  dontHaveId: number | undefined;
  /** The other side has told where it listens. */
  toldListenPort = false;
  /** The other side's id for ut_metadata (BEP 9); undefined while it has not named one. */
  metadataId: number | undefined;
  /** Answers to its requests for metadata that the host is making. */
  metadataReads = 0;
  /** It answers hash requests (BEP 52), on all its channels. */
  givesHashes = false;
  /** Pieces may be given to it unasked (GV1). */
  takesGifts = false;
  /** It keeps an origin's channel until it knows the torrent (EC1). */
  takesEarly = false;
  /** Answers to hash requests that the host is making. */
  hashReads = 0;
  /** Since then its blocks wait for hashes (HB1). */
  pausedSince: number | undefined;
  /** Channels we opened that are not answered yet. */
  readonly opening = new Map<number, OpeningChannel>();
  /** Torrents that want a channel here and found no room. */
  readonly waiting = new WaitingLine();
  /** Channels that the origin began for torrents that are not here yet (EC3). */
  readonly kept = new Map<number, KeptChannel>();
  /** CH3: odd numbers are the dialler's. */
  nextChannelNumber: number;
  /** The other side chokes us, on all channels; so it begins (BEP 3). */
  isChokedBy = true;
  /** What the other side queues before it drops requests: its `reqq` (BEP 10). */
  maxRequests = UNTOLD_MAX_REQUESTS;
  /** Channels that stand, by torrent. */
  readonly channelOf = new Map<Torrent, Channel>();
  /** Channels that we told to be interested in. */
  interestingChannels = 0;
  /** Requests out on all channels, the oldest first. */
  readonly outstanding = new Set<Request>();
  /** What may be asked for next, over all channels. */
  readonly candidates = new Candidates<Channel>();
  readonly pieceOrder: PieceOrder;
  readonly begun: BegunPiece[] = [];
  /** Channels that have something readers wait for; those that began to wait first come first. */
  readonly awaiting = new Set<Channel>();
  readonly queuedUploads = new QueuedUploads();
  /** Channels on which the other side allows pieces while it chokes us, or suggests some (BEP 6). */
  readonly advising = new Set<Channel>();
  /** Channels with requests to serve, longest waiting first. */
  readonly serving = new Set<Channel>();
  /** The entry of the engine's log of new pieces that it is told of next; none before it is ready. */
  havesRead = Number.POSITIVE_INFINITY;
  /** Other pieces that the other side is to hear of. */
  readonly untoldHaves: UntoldHave[] = [];
  /** Pieces that we lost before the other side named {@link dontHaveId}; only of a node of the fleet. */
  readonly untoldLosses: UntoldHave[] = [];
  /** When it was last told of any. */
  lastHaveAt = Number.NEGATIVE_INFINITY;
  /** Chunks of this step, sent as one action at its end. */
  outbox = NOTHING_SAID;

  constructor(
    id: LinkId,
    direction: 'inbound' | 'outbound',
    address: Address,
    phase: Handshaking,
    now: number,
    pieceOrder: PieceOrder = rarestFirst,
  ) {
    this.id = id;
    this.direction = direction;
    this.address = address;
    this.phase = phase;
    this.pieceOrder = pieceOrder;
    this.lastSentAt = now;
    this.lastReceivedAt = now;
    this.nextChannelNumber = direction === 'outbound' ? 1 : 2;
  }
}
