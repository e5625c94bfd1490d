/** The Node host as the two roles see it: a running engine with sockets, disk and clock. */
import type { ByteCounts } from '../api-types/status.ts';
import type { Address } from '../engine/inputs.ts';
import type { TraceEvent } from '../engine/trace.ts';
import type { Metainfo } from '../metainfo/metainfo.ts';
import type { InfoHash, PeerId } from '../units.ts';

export interface SwarmNodeOptions {
  readonly peerId: PeerId;
  readonly host: string;
  /** TCP port of the peer wire; 0 takes a free one. */
  readonly peerPort: number;
  /** Local address dials leave from; undefined: the kernel chooses. */
  readonly localAddress: string | undefined;
  readonly upRateBytesPerSecond: number;
  readonly downRateBytesPerSecond: number;
  readonly maxLinks: number;
}

export interface TorrentOptions {
  readonly want: 'all' | 'none';
  readonly superSeed: boolean;
  /** Base URLs as in BEP 19; only those on an origin the node was configured with are ever asked (threat row 25). */
  readonly webSeeds: readonly string[];
  /** Tracker to announce to; undefined: none. */
  readonly announceUrl: string | undefined;
}

export interface SwarmNode {
  readonly peerPort: number;
  addTorrent(metainfo: Metainfo, options: TorrentOptions): Promise<void>;
  /** Ends its links; `forget` also deletes its files from the store, unless another torrent holds them too. */
  removeTorrent(torrent: InfoHash, forget: boolean): Promise<void>;
  hasTorrent(torrent: InfoHash): boolean;
  isComplete(torrent: InfoHash): boolean;
  setWant(torrent: InfoHash, want: 'all' | 'none'): void;
  addPeers(torrent: InfoHash, addresses: readonly Address[]): void;
  /** `ip`: where its links come from, if known; such addresses keep reserved places (threat row 14). */
  setFleet(nodes: readonly { peerId: PeerId; isOrigin: boolean; ip?: string }[]): void;
  /**
   * Verified bytes [startBytes, endBytes) of a file, in order, as they come; asks the swarm for what is missing.
   * Throws UserError `image_unavailable` (503) when nothing came for 15 s or the torrent is not here, and the
   * signal's reason when it aborts.
   */
  readFile(
    torrent: InfoHash,
    fileIndex: number,
    startBytes: number,
    endBytes: number,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  bytes(): ByteCounts;
  /** Connected nodes (not links). */
  peers(): number;
  onTrace(listener: (event: TraceEvent) => void): () => void;
  onComplete(listener: (torrent: InfoHash) => void): () => void;
  /** Announces `stopped`, ends all links, flushes the store (and leaves it open). At most 3 s. */
  close(): Promise<void>;
}
