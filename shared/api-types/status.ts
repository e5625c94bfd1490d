/** `/status` of both roles, and `/api/edges` of the origin (JSON). */
import type { PeerId } from '../units.ts';

export interface ByteCounts {
  /** Payload bytes, without protocol. Wanted: content of every image set this node means to hold. */
  readonly wanted: number;
  /** Bytes this node holds, verified. */
  readonly verified: number;
  /** Over the wire, from any node, since start. */
  readonly fromPeers: number;
  /** From the web seed, since start. */
  readonly fromOrigin: number;
  /** Over the wire, to any node, since start. */
  readonly uploaded: number;
  /** Came twice because the web seed was raced for a reader, since start. */
  readonly raced?: number;
}

export interface LogStatus {
  /** Number of the last entry applied; 0 before the first. */
  readonly number: number;
  readonly hash: string;
  /** Unix ms of the last signed heartbeat or entry seen; null when none was. */
  readonly headTimeMs: number | null;
  /** No signed heartbeat within its validity: the origin may be down, or someone withholds the log. */
  readonly stale: boolean;
  /** A second, differing signed history was offered; both heads are kept as proof. */
  readonly forked: boolean;
}

export interface NodeStatus {
  readonly role: 'origin' | 'edge';
  readonly name: string;
  readonly version: string;
  readonly peerId: PeerId;
  readonly uptimeSeconds: number;
  readonly images: { readonly known: number; readonly complete: number };
  readonly bytes: ByteCounts;
  /** Connected nodes. */
  readonly peers: number;
  readonly log: LogStatus;
}

export interface EdgeInfo {
  readonly name: string;
  /** Base URL for shoppers: `http://host:port`, no trailing slash. */
  readonly url: string;
  /** Feed socket open and heard from within the last seconds. */
  readonly live: boolean;
  readonly images: { readonly known: number; readonly complete: number };
  readonly bytes: ByteCounts;
  readonly peers: number;
  /** Number of the last log entry this edge has applied. */
  readonly logNumber: number;
}

/** What an edge had done of a purge when the request for it was answered. */
export interface EdgeAcknowledgement {
  readonly name: string;
  readonly id: PeerId;
  /** The entry is on its disk and in effect: not a byte of the image leaves it any more. */
  readonly acknowledged: boolean;
  /** From the request to the acknowledgement; null without one. */
  readonly afterMs: number | null;
  /** What an edge will do that has not acknowledged. */
  readonly detail?: string;
}

export interface EdgeList {
  readonly edges: readonly EdgeInfo[];
}
