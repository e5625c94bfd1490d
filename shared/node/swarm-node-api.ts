/** The Node host as the two roles see it: a running engine with sockets, disk and clock. */

import type { ByteCounts } from '../api-types/status.ts';
import type { Bitfield } from '../bitfield.ts';
import type { EngineCounters } from '../engine/counters.ts';
import type { Address } from '../engine/inputs.ts';
import type { TraceEvent } from '../engine/trace.ts';
import type { Geometry } from '../geometry.ts';
import type { Metainfo } from '../metainfo/metainfo.ts';
import type { FileRoot, InfoHash, InfoHashV2, PeerId } from '../units.ts';

export interface SwarmNodeOptions {
  readonly peerId: PeerId;
  readonly host: string;
  /** TCP port of the peer wire; 0 takes a free one. */
  readonly peerPort: number;
  /** Local address dials leave from; undefined: the kernel chooses. */
  readonly localAddress: string | undefined;
  readonly upRateBytesPerSecond: number;
  /** Of links and web seeds together; Infinity: no limit. */
  readonly downRateBytesPerSecond: number;
  readonly maxLinks: number;
  /** Pieces of any set may be sent to it unasked; false: it fetches what readers want. Default true. */
  readonly takesGifts?: boolean;
}

export interface TorrentOptions {
  readonly want: 'all' | 'none';
  readonly superSeed: boolean;
  /** Published just now: nobody else can have it, and nobody need ask for it. Default false. */
  readonly isNew?: boolean;
  /** Base URLs as in BEP 19; only those on an origin the node was configured with are ever asked (threat row 25). */
  readonly webSeeds: readonly string[];
  /** Tracker to announce to; undefined: none. */
  readonly announceUrl: string | undefined;
}

/** What is known of a torrent without its piece hashes; a {@link Metainfo} is one. */
export interface TorrentOutline {
  readonly infoHash: InfoHash;
  readonly infoHashV2: InfoHashV2;
  readonly name: string;
  /** In the torrent's order. */
  readonly files: readonly { readonly name: string; readonly lengthBytes: number; readonly root: FileRoot }[];
  readonly geometry: Geometry;
}

/** To look at: it belongs to the node, and changes. */
export interface HeldTorrent {
  readonly outline: TorrentOutline;
  readonly held: Bitfield;
  readonly want: 'all' | 'none';
}

/** A torrent that was seen whole in the store before: its hashes are needed only if a piece turns out missing. */
export interface StoredTorrent extends TorrentOutline {
  /** Reads the metainfo, of this very outline. Rejects when it cannot be had now; it is asked again then. */
  load(): Promise<Metainfo>;
}

/**
 * Bytes of the ranges that are read, by where they come from: `disk` was held when the read began, the others came
 * since. Filled while a read goes on; what none of them counts is still awaited.
 */
export interface ReadTally {
  diskBytes: number;
  swarmBytes: number;
  webSeedBytes: number;
  /** What an answer of the web seed that has begun will have of the rest. */
  comingBytes: number;
  /** A source has begun to answer with what the read waits for. */
  begun?: () => void;
}

/** What a node is busy with now, and what it counted since start: for metrics. */
export interface SwarmFigures {
  readonly links: number;
  /** Torrents in use on links. */
  readonly channels: number;
  readonly torrentsWanting: number;
  readonly readersWaiting: number;
  readonly uploadsWaiting: number;
  readonly unwrittenBytes: number;
  readonly counters: Readonly<EngineCounters>;
}

export interface SwarmNode {
  readonly peerPort: number;
  addTorrent(metainfo: Metainfo, options: TorrentOptions): Promise<void>;
  /**
   * Adds a torrent without a look at the disk: ten thousand of them cost a start no file. It counts as complete;
   * the store is asked what it has before the first byte leaves it, and what is missing is fetched.
   */
  addStored(torrent: StoredTorrent, options: TorrentOptions): Promise<void>;
  /** Resolves when the store was asked what it has of the torrent; at once for one that is not here. */
  openFiles(torrent: InfoHash): Promise<void>;
  /** The same for one of its files alone; for all of them, if the store lacks some of that one. */
  openFile(torrent: InfoHash, root: FileRoot): Promise<void>;
  /** Ends its links; `forget` also deletes its files from the store, unless another torrent holds them too. */
  removeTorrent(torrent: InfoHash, forget: boolean): Promise<void>;
  hasTorrent(torrent: InfoHash): boolean;
  /** What there is of a torrent; undefined for one that is not here. */
  held(torrent: InfoHash): HeldTorrent | undefined;
  isComplete(torrent: InfoHash): boolean;
  /** Torrents of which it has every piece. */
  completeTorrents(): number;
  setWant(torrent: InfoHash, want: 'all' | 'none'): void;
  /**
   * A reader waits for all of a file of a torrent that is about to be added: the web seed is asked now, if the engine
   * would ask it when that is done. The answer is kept until then, two seconds at most.
   */
  askAhead(
    torrentName: string,
    file: { readonly name: string; readonly lengthBytes: number },
    webSeeds: readonly string[],
  ): void;
  /**
   * Asks a web seed for bytes that nobody needs, over two connections at once: then these stand, and TCP knows what their
   * path takes. Resolves when that is over, whatever became of it; at once for an address that is not trusted.
   */
  warmWebSeed(url: string, lengthBytes: number): Promise<void>;
  /** Links to siblings before a torrent is in common (CH14). @param torrent any of the fleet's */
  meet(torrent: InfoHash, siblings: readonly Address[]): void;
  /** Somebody asked this node for an image: what is super-seeded waits for a moment (docs/PROTOCOL.md, RW4). */
  readerAsked(): void;
  /** @param reserve is linked to only when the web seed fails; what was told last counts */
  addPeers(torrent: InfoHash, addresses: readonly Address[], reserve?: readonly Address[]): void;
  /** What a tracker told elsewhere; the torrent is announced no more by itself. */
  trackerPeers(torrent: InfoHash, addresses: readonly Address[]): void;
  /** Announces now, and from now on as the tracker likes it. */
  announceAgain(torrent: InfoHash): void;
  /** `ip`: where its links come from, if known; such addresses keep reserved places (threat row 14). */
  setFleet(nodes: readonly { peerId: PeerId; isOrigin: boolean; ip?: string }[]): void;
  /**
   * Verified bytes [startBytes, endBytes) of a file, in order, as they come; asks the swarm for what is missing.
   * Throws UserError `image_unavailable` (503) when nothing came for 15 s or the torrent is not here, and the
   * signal's reason when it aborts. `tally` is added to when given.
   */
  readFile(
    torrent: InfoHash,
    fileIndex: number,
    startBytes: number,
    endBytes: number,
    signal: AbortSignal,
    tally?: ReadTally,
  ): AsyncIterable<Uint8Array>;
  /** What the store has of a file turned out to be wrong: it is deleted, and fetched again. */
  refetch(torrent: InfoHash, fileIndex: number): Promise<void>;
  /** Other edges that are seen to have all of a file: for a hint, as they may let go of it. None once it is quiet. */
  replicas(torrent: InfoHash, fileIndex: number): number;
  bytes(): ByteCounts;
  /** Connected nodes (not links). */
  peers(): number;
  figures(): SwarmFigures;
  /** The listener first hears how things stand, in events as if all had just happened. Costs nothing without any. */
  onTrace(listener: (event: TraceEvent) => void): () => void;
  onComplete(listener: (torrent: InfoHash) => void): () => void;
  /** A piece that was held is gone: the disk lost it. */
  onLost(listener: (torrent: InfoHash) => void): () => void;
  /** Announces `stopped`, ends all links, flushes the store (and leaves it open). At most 3 s. */
  close(): Promise<void>;
}
