/**
 * The swarm at one moment, as the records up to then tell it. A copy of it is a place to go on from (timeline.ts, own.ts).
 * What happens to it stands in picture-nodes.ts, picture-sets.ts, picture-links.ts and picture-blocks.ts.
 */
import type { Flow } from './flow.ts';
import type { NodeRole, RankedPeer, SetFile } from './record.ts';

/** What only its owner changes; others copy it first (own.ts). */
interface Owned {
  readonly owner: object;
}

export interface NodePicture extends Owned {
  readonly index: number;
  name: string;
  role: NodeRole;
  peerId: string;
  upBytesPerSecond: number | undefined;
  downBytesPerSecond: number | undefined;
  isUp: boolean;
  /** By set. */
  readonly holdings: Map<number, Holding>;
  /** Sets that it wants whole and has not. */
  missingSets: number;
  /** Since when it has all it wants; undefined while it lacks something, and for who never lacked anything. */
  doneAt: number | undefined;
  /** Content of blocks, both ways. */
  readonly sent: Flow;
  readonly received: Flow;
  webSeedBytes: number;
  wastedBytes: number;
  /** Who has its optimistic slot. */
  optimistic: number | undefined;
  /** Its last round of choking. */
  round: { readonly t: number; readonly ranking: readonly RankedPeer[] } | undefined;
  /** Whom it banned, and why. */
  readonly banned: Map<number, string>;
}

/** What is known of a piece of a holding, by its number in {@link Holding.pieces}. */
export const PIECE = { missing: 0, failed: 1, begun: 2, verified: 3, flushed: 4 } as const;

/** A set at a node. */
export interface Holding extends Owned {
  readonly set: number;
  readonly want: 'all' | 'none';
  /** By piece: one of {@link PIECE}. */
  readonly pieces: Uint8Array;
  /** By piece: blocks that are due. */
  readonly due: Uint16Array;
  /** By piece: 1 when readers wait for it. */
  readonly wanted: Uint8Array;
  heldCount: number;
  readonly joinedAt: number;
  doneAt: number | undefined;
}

export interface SetPicture extends Owned {
  readonly index: number;
  readonly infoHash: string;
  readonly imageId: string;
  readonly name: string;
  readonly bytes: number;
  readonly pieceLengthBytes: number;
  readonly pieceCount: number;
  readonly files: readonly SetFile[];
  readonly publishedAt: number;
  purgedAt: number | undefined;
  /** By piece: nodes that hold it. */
  readonly availability: Uint16Array;
  /** What left origins over the wire, and as a web seed: over `bytes`, the copies that left. */
  originBytes: number;
  webSeedBytes: number;
}

/** A block that is due. */
export interface DueBlock {
  readonly set: number;
  readonly piece: number;
  readonly block: number;
  /** Asked for, or announced as a gift. */
  readonly since: number;
  /** By how long the peer took lately; `since` when nobody knows. */
  readonly expectedAt: number;
  readonly gift: boolean;
  /** When the peer let it go, if that is known. */
  readonly sentAt: number | undefined;
}

/** Replaced when it changes, as blocks that are due are. */
export interface ChannelPicture {
  readonly set: number;
  readonly number: number;
  readonly amInterested: boolean;
  readonly isInterested: boolean;
}

/** One node's end of a link. */
export interface End extends Owned {
  readonly link: number;
  readonly node: number;
  /** Undefined until the handshake told it. */
  peer: number | undefined;
  readonly direction: 'inbound' | 'outbound';
  readonly openedAt: number;
  isReady: boolean;
  /** We choke the peer, and it chokes us: so a link begins (BEP 3). */
  amChoking: boolean;
  isChokedBy: boolean;
  /** The peer owes us blocks and sends none. */
  isSnubbed: boolean;
  /** By set. */
  readonly channels: Map<number, ChannelPicture>;
  /** Blocks that the peer owes us, the oldest first. */
  readonly due: Map<number, DueBlock>;
  /** Content of blocks to the peer and from it. */
  readonly sent: Flow;
  readonly received: Flow;
}

export interface Picture {
  /** What bears it is this picture's own. */
  owner: object;
  /** Milliseconds of the log. */
  t: number;
  readonly nodes: NodePicture[];
  readonly sets: SetPicture[];
  /** Ends of links that stand, by link. */
  readonly ends: Map<number, End>;
  /** The end at a node towards a peer: by {@link pairOf}. */
  readonly endOfPair: Map<number, number>;
  /** Records that a watcher was too slow for. */
  missedRecords: number;
}

/** For those who look only: a picture changes with its timeline. */
export type View<Value> =
  Value extends Map<infer Key, infer Item>
    ? ReadonlyMap<Key, View<Item>>
    : Value extends Uint8Array | Uint16Array | Flow
      ? Readonly<Value>
      : Value extends readonly (infer Item)[]
        ? readonly View<Item>[]
        : Value extends object
          ? { readonly [Key in keyof Value]: View<Value[Key]> }
          : Value;

const MAX_NODES = 65_536;

export const pairOf = (node: number, peer: number): number => node * MAX_NODES + peer;

export const emptyPicture = (): Picture => ({
  owner: {},
  t: 0,
  nodes: [],
  sets: [],
  ends: new Map(),
  endOfPair: new Map(),
  missedRecords: 0,
});

/** The end at a node towards a peer; undefined when they are not linked. */
export function endBetween(picture: View<Picture>, node: number, peer: number): View<End> | undefined {
  const link = picture.endOfPair.get(pairOf(node, peer));
  return link === undefined ? undefined : picture.ends.get(link);
}
