/**
 * One log of what happened in a swarm: a simulator's run, a node's live stream and a recording are the same text.
 * A header line, then a record a line, in the order of time. Nodes, image sets and links are named by small indexes that
 * count up from 0 as they appear. `link` is one node's end of a connection: the other node's end has another index.
 */
import type { MessageKind } from '../engine/trace-message.ts';

export const TRACE_FORMAT = 'shoal-trace';
export const TRACE_VERSION = 1;

/** `freeRider` uploads nothing, `stranger` is a node that others meet and that tells nothing itself. */
export type NodeRole = 'origin' | 'edge' | 'freeRider' | 'liar' | 'stranger';

export interface TraceHeader {
  readonly format: typeof TRACE_FORMAT;
  readonly version: typeof TRACE_VERSION;
  readonly source: 'simulation' | 'live';
  /** Milliseconds since 1970 at t = 0; a simulation has its own time and says 0. */
  readonly wallMs: number;
  /** Name of the scenario; empty for a live node. */
  readonly scenario: string;
  /** Replays the run; 0 for a live node. */
  readonly seed: number;
  /** How to make the recording again; empty where there is no way. */
  readonly command: string;
  /** What the least time of a fan-out is worked out from (bound.ts); the nodes' rates stand in their records. */
  readonly bound?: { readonly bytes: number; readonly seedUpBytesPerSecond: number };
}

export interface SetFile {
  readonly name: string;
  readonly bytes: number;
  readonly firstPiece: number;
  readonly pieceCount: number;
}

export interface RankedPeer {
  readonly peer: number;
  /** Lately, from the peer and to it. */
  readonly receivedBytesPerSecond: number;
  readonly sentBytesPerSecond: number;
  readonly interested: boolean;
  readonly snubbed: boolean;
  /** Has a slot after the round. */
  readonly unchoked: boolean;
  readonly optimistic: boolean;
}

interface At {
  /** Milliseconds since the log's t = 0, never less than the record before. */
  readonly t: number;
}
interface OfNode extends At {
  readonly node: number;
}
interface OfLink extends OfNode {
  readonly link: number;
}
interface OfSet extends OfNode {
  readonly set: number;
}
interface OfChannel extends OfLink {
  readonly set: number;
}
interface OfPiece extends OfSet {
  readonly piece: number;
}
interface OfBlock extends OfChannel {
  readonly piece: number;
  /** Within the piece. */
  readonly block: number;
}

export type NodeRecord = {
  readonly type: 'node';
  readonly name: string;
  readonly role: NodeRole;
  readonly peerId: string;
  readonly upBytesPerSecond?: number;
  readonly downBytesPerSecond?: number;
} & OfNode;

export type SetRecord = {
  readonly type: 'set';
  readonly set: number;
  readonly infoHash: string;
  readonly imageId: string;
  readonly name: string;
  readonly bytes: number;
  readonly pieceLengthBytes: number;
  readonly pieceCount: number;
  readonly files: readonly SetFile[];
} & At;

/** Somebody did something to the swarm, in the words of shared/sim/scenario.ts; `node` is missing where it concerns all. */
export type ActRecord = {
  readonly type: 'act';
  readonly act: string;
  readonly node?: number;
  readonly peer?: number;
  /** How many nodes, or how many times slower. */
  readonly value?: number;
} & At;

/** One message of the peer wire. `set` is missing for what concerns the whole link. */
export type MessageRecord = {
  readonly type: 'sent' | 'received';
  readonly kind: MessageKind;
  /** On the wire, envelope and block included. */
  readonly bytes: number;
  readonly set?: number;
  /** Number of the channel (docs/PROTOCOL.md, CH1). */
  readonly channel?: number;
  /** As BEP 3 calls them: piece, offset in it, length. */
  readonly index?: number;
  readonly begin?: number;
  readonly length?: number;
  /** Pieces that a bitfield, an open or an accept tells of. */
  readonly count?: number;
} & OfLink;

export type TraceRecord =
  | NodeRecord
  /** A node that others met before introduces itself. */
  | (Omit<NodeRecord, 'type'> & { readonly type: 'introduced' })
  /** A node's process ended, or it is gone from sight. */
  | ({ readonly type: 'left' } & OfNode)
  /** Another process of the node, with another peer id. */
  | ({ readonly type: 'back'; readonly peerId: string } & OfNode)
  | ActRecord
  | SetRecord
  | ({ readonly type: 'purged'; readonly set: number } & At)
  /** The node has the set from now on. `held`: `all`, `none`, or its bitfield (BEP 3) in hex. */
  | ({ readonly type: 'joined'; readonly held: string; readonly want: 'all' | 'none' } & OfSet)
  | ({ readonly type: 'dropped' } & OfSet)
  /** Readers wait for these pieces. */
  | ({ readonly type: 'wanted'; readonly pieces: readonly number[] } & OfSet)
  | ({ readonly type: 'linkOpened'; readonly direction: 'inbound' | 'outbound' } & OfLink)
  | ({ readonly type: 'linkReady'; readonly peer: number } & OfLink)
  | ({ readonly type: 'linkEnded'; readonly reason: string } & OfLink)
  | ({ readonly type: 'channelOpened'; readonly channel: number } & OfChannel)
  | ({ readonly type: 'channelClosed'; readonly channel: number } & OfChannel)
  /** We choke the other side; it chokes us. */
  | ({ readonly type: 'choked' | 'unchoked' | 'chokedBy' | 'unchokedBy' } & OfLink)
  /** We told that we are interested; the other side told it. */
  | ({ readonly type: 'interested' | 'notInterested' | 'interestedBy' | 'notInterestedBy' } & OfChannel)
  /** The other side owes us blocks and sends none. */
  | ({ readonly type: 'snubbed' | 'notSnubbed' } & OfLink)
  /** Who has the optimistic slot now; nobody when `peer` is missing. */
  | ({ readonly type: 'optimistic'; readonly peer?: number } & OfNode)
  | ({ readonly type: 'chokingRound'; readonly ranking: readonly RankedPeer[] } & OfNode)
  | ({ readonly type: 'banned'; readonly peer: number; readonly code: string } & OfNode)
  /** A block is due; `gift`: without having been asked for (GV2). `expectedMs`: how long that peer took lately. */
  | ({ readonly type: 'requested'; readonly gift: boolean; readonly expectedMs: number } & OfBlock)
  /** It is due no more: cancelled, rejected, or given to another. */
  | ({ readonly type: 'requestOff' } & OfBlock)
  /** `wasted`: it came twice, or for nothing. */
  | ({ readonly type: 'blockReceived' | 'blockWasted'; readonly bytes: number } & OfBlock)
  | ({ readonly type: 'blockSent'; readonly bytes: number } & OfBlock)
  | ({ readonly type: 'webSeedAsked'; readonly count: number } & OfPiece)
  | ({ readonly type: 'webSeedPiece'; readonly bytes: number } & OfPiece)
  /** Its hash held; it is on disk. */
  | ({ readonly type: 'pieceVerified' | 'pieceFlushed' } & OfPiece)
  /** Its hash did not hold; the store has it no more. */
  | ({ readonly type: 'pieceFailed' | 'pieceLost' } & OfPiece)
  | MessageRecord
  /** The watched node's clock: nothing happened until then. */
  | ({ readonly type: 'clock' } & OfNode)
  /** A watcher of a live node was too slow: so many records are missing here. */
  | ({ readonly type: 'missed'; readonly count: number } & OfNode);

export type RecordType = TraceRecord['type'];
/** Also of records that share their fields with others. */
export type RecordOf<Type extends RecordType, Any = TraceRecord> = Any extends { readonly type: infer Types }
  ? Type extends Types
    ? Omit<Any, 'type'> & { readonly type: Type }
    : never
  : never;
