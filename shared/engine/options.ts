/** Every number the engine is tuned by. Times in ms, rates in bytes per second. */
import type { HashFunctions } from '../metainfo/metainfo.ts';
import type { PickerOptions } from '../picker/picker.ts';
import type { Random } from '../random.ts';
import type { InfoHash, PeerId, PieceIndex } from '../units.ts';
import type { EnginePolicies } from './policies.ts';

export interface EngineTunables {
  /** Upload slots, counted in nodes, the optimistic one among them. Default 20: a fleet of that size needs no turns. */
  readonly uploadSlots: number;
  /** So many of them for strangers while nodes of the fleet want some (threat row 1). Default 4. */
  readonly strangerSlots: number;
  /** BEP 3: ten seconds, long enough for TCP to show its rate. */
  readonly chokingRoundMs: number;
  /** BEP 3: thirty seconds, long enough for a newcomer to get and give a piece. */
  readonly optimisticRoundMs: number;
  /** A node that owes blocks and sends none for so long is snubbing; BEP 3 clients use 60 s. */
  readonly snubAfterMs: number;
  /** Close a connection that has not finished the handshake by then (libtorrent: 10 s; threat row 14). */
  readonly handshakeTimeoutMs: number;
  /** Send a keep-alive when nothing was sent for so long (BEP 3: "generally two minutes"). */
  readonly keepAliveMs: number;
  /** Close a link on which nothing came for so long; somewhat more than a peer's keep-alive interval. */
  readonly silenceTimeoutMs: number;
  /** Outstanding requests a slow link still has: enough that it never idles between two blocks. */
  readonly minRequests: number;
  /** With which a new link begins: 128 KiB, the path of 20 ms at 50 Mbit/s. It grows by one a block from there. */
  readonly initialRequests: number;
  /** Upper bound; at 512 blocks 8 MiB are on their way. */
  readonly maxRequests: number;
  /** Time from request to block that is fine on any path; see request-depth.ts. */
  readonly requestLatencyMs: number;
  /** A node with requests out that delivers nothing for so long loses them to others. */
  readonly requestTimeoutMs: number;
  /** So does a channel of a node that delivers on others. */
  readonly channelTimeoutMs: number;
  /** A block asked of one node may be asked of a second one after so long, when nothing else is left. */
  readonly endGameAfterMs: number;
  /** HAVE messages wait so long for each other; a fraction of the time a block takes on a busy link. */
  readonly haveHoldMs: number;
  /** Requests of one peer that we queue; beyond it they are rejected. Told in the BEP 10 handshake as `reqq`. */
  readonly maxQueuedUploads: number;
  /** The same for one node over all its links, in bytes. libtorrent queues 2,000 blocks. */
  readonly maxQueuedUploadBytes: number;
  /** Payload handed to the host but not yet sent, per link. Beyond it, blocks wait in our own queue. */
  readonly sendBufferBytes: number;
  /** A peer that leaves so much unread while it goes on asking is dropped: rejects are small, but not for ever. */
  readonly maxUnsentBytes: number;
  /** Pieces being hashed or written may take so much memory before we stop asking for more. */
  readonly maxUnwrittenBytes: number;
  /** BEP 6: all choked nodes together get so much. A few strangers can start at once, and no crowd of them can live of it. */
  readonly allowedFastBytesPerSecond: number;
  readonly allowedFastBurstBytes: number;
  readonly maxLinks: number;
  /** Links kept free for nodes of the fleet (threat row 14). */
  readonly reservedFleetLinks: number;
  readonly maxLinksPerTorrent: number;
  /** Addresses remembered per torrent (libtorrent: 3,000 for big swarms; threat row 2). */
  readonly maxAddressesPerTorrent: number;
  readonly redialAfterMs: number;
  /** A reader waits for a piece that nobody sent for so long: ask the web seed as well. */
  readonly readerHedgeMs: number;
  /** Torrents for which readers' pieces are fetched from the web seed at once. */
  readonly readerFetches: number;
  /** No peer gives anything for so long: fetch from the web seed what is wanted in the background. */
  readonly webSeedIdleMs: number;
  /** The same for a torrent whose peers are busy with others, and while the origin is linked. */
  readonly webSeedPatienceMs: number;
  /** Most that one web-seed request asks for. */
  readonly webSeedFetchBytes: number;
  /** Super-seeding: bytes that one node had and nobody else reported yet, at most; it begins with less. */
  readonly superSeedWindowBytes: number;
  /** Super-seeding: a node that gets nothing for so long is told of whatever it lacks. */
  readonly superSeedStallMs: number;
  /**
   * Sets of at most so many bytes are passed on unasked within the fleet (gift-policy.ts): for them the round trips of
   * telling and asking are most of the time. 0: none.
   */
  readonly giftSetBytes: number;
  /** A seed's node keeps its slot until it got so much, while others wait. */
  readonly seedShareBytes: number;
  readonly banMs: number;
  readonly picker: PickerOptions;
}

/**
 * Rare branches that a simulation makes common. `pickAny`: a random piece instead of the rarest. `endGameNow`: no
 * request is too young to be asked twice. `chokeNow`: a choking round before its time. `rotateNow`: the optimistic slot
 * is drawn anew in that round. `closeGreeted`: the link ends right after the handshake.
 */
export type BuggifyPoint = 'pickAny' | 'endGameNow' | 'chokeNow' | 'rotateNow' | 'closeGreeted';

export interface EngineOptions extends Partial<EngineTunables>, Partial<EnginePolicies> {
  readonly peerId: PeerId;
  /** Told to peers in the BEP 10 handshake, so that they can dial back; undefined when we do not listen. */
  readonly listenPort: number | undefined;
  readonly random: Random;
  /** Pieces of any set may be sent to it unasked (GV1, EC1): it wants every set. Default true. */
  readonly takesGifts?: boolean;
  /** For the allowed-fast set of BEP 6; without it none is granted. Pieces are hashed by the host. */
  readonly hashes?: HashFunctions;
  /** Length of a torrent's info dictionary, which is given to strangers (BEP 9); default: none is. */
  readonly metadataBytesOf?: (torrent: InfoHash) => number | undefined;
  /** Emit `trace` actions from the start; the input `setTrace` changes it. Off by default. */
  readonly trace?: boolean;
  /** Gives a buffer for the content of a piece under way; what it holds does not matter. Default: a new one. */
  readonly allocate?: (lengthBytes: number, torrent: InfoHash, piece: PieceIndex) => Uint8Array;
  /** In simulation only: whether the rare branch is taken now. */
  readonly buggify?: (point: BuggifyPoint) => boolean;
}

export const defaultTunables: EngineTunables = {
  uploadSlots: 20,
  strangerSlots: 4,
  chokingRoundMs: 10_000,
  optimisticRoundMs: 30_000,
  snubAfterMs: 60_000,
  handshakeTimeoutMs: 10_000,
  keepAliveMs: 100_000,
  silenceTimeoutMs: 150_000,
  minRequests: 4,
  initialRequests: 8,
  maxRequests: 512,
  requestLatencyMs: 50,
  requestTimeoutMs: 5_000,
  channelTimeoutMs: 30_000,
  endGameAfterMs: 500,
  haveHoldMs: 50,
  maxQueuedUploads: 1_000,
  maxQueuedUploadBytes: 32 << 20,
  sendBufferBytes: 64 << 10,
  maxUnsentBytes: 8 << 20,
  maxUnwrittenBytes: 64 << 20,
  allowedFastBytesPerSecond: 64 << 10,
  allowedFastBurstBytes: 1 << 20,
  maxLinks: 4_000,
  reservedFleetLinks: 1_000,
  maxLinksPerTorrent: 50,
  maxAddressesPerTorrent: 500,
  redialAfterMs: 2_000,
  readerHedgeMs: 150,
  readerFetches: 4,
  webSeedIdleMs: 4_000,
  webSeedPatienceMs: 30_000,
  webSeedFetchBytes: 1 << 20,
  superSeedWindowBytes: 1 << 20,
  superSeedStallMs: 700,
  giftSetBytes: 1 << 20,
  seedShareBytes: 4 << 20,
  banMs: 3_600_000,
  picker: { endGameCopies: 2 },
};
