/**
 * Writes the engine's events down as records of a log: nodes, sets and links get their small indexes when they are first
 * met. Nodes that were not introduced by then are strangers; a set that was not is asked for.
 */

import type { Bitfield } from '../bitfield.ts';
import { toHex } from '../bytes.ts';
import type { TraceEvent } from '../engine/trace.ts';
import { unreachable } from '../errors.ts';
import type { InfoHash, LinkId, PeerId } from '../units.ts';
import type { RankedPeer, SetRecord, TraceRecord } from './record.ts';
import { gridTime, type NodeFields } from './write.ts';

export type SetFields = Omit<SetRecord, 'type' | 't' | 'set'>;

export interface RecorderParts {
  readonly emit: (record: TraceRecord) => void;
  /** Of a torrent that comes up and was not introduced; undefined: it is gone, and its events are left out. */
  readonly describeSet?: (torrent: InfoHash) => SetFields | undefined;
}

interface RecordedNode {
  readonly index: number;
  /** Indexes of its links' ends. */
  readonly links: Map<LinkId, number>;
}

export class TraceRecorder {
  readonly #parts: RecorderParts;
  readonly #nodes: RecordedNode[] = [];
  readonly #byPeerId = new Map<string, number>();
  readonly #sets = new Map<InfoHash, number>();
  #linkCount = 0;
  #setCount = 0;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** @returns its index */
  node(nowMs: number, fields: NodeFields): number {
    const index = this.#nodes.length;
    this.#nodes.push({ index, links: new Map() });
    this.#byPeerId.set(fields.peerId, index);
    this.#emit({ t: gridTime(nowMs), type: 'node', node: index, ...fields });
    return index;
  }

  left(nowMs: number, node: number): void {
    this.#nodes[node]?.links.clear();
    this.#emit({ t: gridTime(nowMs), type: 'left', node });
  }

  back(nowMs: number, node: number, peerId: PeerId): void {
    this.#byPeerId.set(peerId, node);
    this.#emit({ t: gridTime(nowMs), type: 'back', node, peerId });
  }

  act(nowMs: number, act: string, about: { readonly node?: number; readonly peer?: number }): void {
    this.#emit({ t: gridTime(nowMs), type: 'act', act, ...about });
  }

  set(nowMs: number, fields: SetFields): number {
    const index = this.#setCount++;
    this.#sets.set(fields.infoHash as InfoHash, index);
    this.#emit({ t: gridTime(nowMs), type: 'set', set: index, ...fields });
    return index;
  }

  purged(nowMs: number, torrent: InfoHash): void {
    const set = this.#sets.get(torrent);
    if (set !== undefined) this.#emit({ t: gridTime(nowMs), type: 'purged', set });
    this.#sets.delete(torrent);
  }

  event(nowMs: number, node: number, event: TraceEvent): void {
    const t = gridTime(nowMs);
    switch (event.type) {
      case 'linkOpened': {
        const { type, direction } = event;
        this.#emit({ t, type, node, link: this.#newLink(node, event.link), direction });
        return;
      }
      case 'linkReady': {
        const peer = this.#peer(t, event.peerId);
        this.#onLink(node, event.link, (link) => this.#emit({ t, type: 'linkReady', node, link, peer }));
        return;
      }
      case 'linkEnded': {
        const { type, reason } = event;
        this.#onLink(node, event.link, (link) => this.#emit({ t, type, node, link, reason }));
        this.#nodes[node]?.links.delete(event.link);
        return;
      }
      case 'optimistic': {
        const peer = event.peerId === undefined ? {} : { peer: this.#peer(t, event.peerId) };
        this.#emit({ t, type: 'optimistic', node, ...peer });
        return;
      }
      case 'chokingRound':
        this.#emit({ t, type: 'chokingRound', node, ranking: this.#ranking(t, event.ranking) });
        return;
      case 'banned':
        this.#emit({ t, type: 'banned', node, peer: this.#peer(t, event.peerId), code: event.code });
        return;
      case 'choked':
      case 'unchoked':
      case 'chokedBy':
      case 'unchokedBy':
      case 'snubbed':
      case 'notSnubbed':
        this.#onLink(node, event.link, (link) => this.#emit({ t, type: event.type, node, link }));
        return;
      case 'messageSent':
      case 'messageReceived':
        this.#message(t, node, event);
        return;
      default:
        this.#ofSet(t, node, event);
    }
  }

  #message(t: number, node: number, event: Extract<TraceEvent, { readonly message: unknown }>): void {
    const set = event.torrent === undefined ? undefined : this.#setOf(t, event.torrent);
    const { torrent: _, ...said } = event.message;
    const type = event.type === 'messageSent' ? 'sent' : 'received';
    const about = set === undefined ? {} : { set };
    this.#onLink(node, event.link, (link) => this.#emit({ t, type, node, link, ...about, ...said }));
  }

  #ofSet(t: number, node: number, event: SetEvent): void {
    const set = this.#setOf(t, event.torrent);
    if (set === undefined) return;
    switch (event.type) {
      case 'torrentAdded':
        this.#emit({ t, type: 'joined', node, set, held: heldText(event.held), want: event.want });
        return;
      case 'torrentRemoved':
        this.#emit({ t, type: 'dropped', node, set });
        return;
      case 'wanted':
      case 'webSeedAsked':
      case 'webSeedPiece':
      case 'pieceVerified':
      case 'pieceFlushed':
      case 'pieceFailed':
      case 'pieceLost': {
        const { type, torrent: _, ...fields } = event;
        this.#emit({ t, type, node, set, ...fields } as TraceRecord);
        return;
      }
      default:
        this.#onChannel(t, node, set, event);
    }
  }

  #onChannel(t: number, node: number, set: number, event: ChannelEvent): void {
    this.#onLink(node, event.link, (link) => {
      switch (event.type) {
        case 'requested': {
          const { type, piece, block, isGift: gift, expectedMs } = event;
          return this.#emit({ t, type, node, link, set, piece, block, gift, expectedMs });
        }
        case 'channelOpened':
        case 'channelClosed':
          return this.#emit({ t, type: event.type, node, link, set, channel: event.channel });
        case 'interested':
        case 'notInterested':
        case 'interestedBy':
        case 'notInterestedBy':
          return this.#emit({ t, type: event.type, node, link, set });
        case 'requestOff': {
          const { type, piece, block } = event;
          return this.#emit({ t, type, node, link, set, piece, block });
        }
        case 'blockReceived':
        case 'blockWasted':
        case 'blockSent': {
          const { type, piece, block, bytes } = event;
          return this.#emit({ t, type, node, link, set, piece, block, bytes });
        }
        default:
          return unreachable(event);
      }
    });
  }

  #ranking(t: number, ranking: Extract<TraceEvent, { type: 'chokingRound' }>['ranking']): RankedPeer[] {
    return ranking.map((ranked) => ({
      peer: this.#peer(t, ranked.peerId),
      receivedBytesPerSecond: ranked.receivedBytesPerSecond,
      sentBytesPerSecond: ranked.sentBytesPerSecond,
      interested: ranked.isInterested,
      snubbed: ranked.isSnubbing,
      unchoked: ranked.isUnchoked,
      optimistic: ranked.isOptimistic,
    }));
  }

  #emit(record: TraceRecord): void {
    this.#parts.emit(record);
  }

  #newLink(node: number, link: LinkId): number {
    const index = this.#linkCount++;
    this.#nodes[node]?.links.set(link, index);
    return index;
  }

  #onLink(node: number, id: LinkId, then: (link: number) => void): void {
    const link = this.#nodes[node]?.links.get(id);
    if (link !== undefined) then(link);
  }

  #peer(t: number, peerId: PeerId): number {
    return this.#byPeerId.get(peerId) ?? this.node(t, { name: nameOf(peerId), role: 'stranger', peerId });
  }

  #setOf(t: number, torrent: InfoHash): number | undefined {
    const known = this.#sets.get(torrent);
    if (known !== undefined) return known;
    const fields = this.#parts.describeSet?.(torrent);
    return fields && this.set(t, fields);
  }
}

type SetEvent = Exclude<Extract<TraceEvent, { readonly torrent: InfoHash }>, { readonly message: unknown }>;
type ChannelEvent = Extract<SetEvent, { readonly link: LinkId }>;

const NAME_DIGITS = 8;
const nameOf = (peerId: PeerId) => peerId.slice(-NAME_DIGITS);

function heldText(held: Bitfield): string {
  if (held.count === 0) return 'none';
  return held.isFull ? 'all' : toHex(held.bytes);
}
