/**
 * Writes the engine's events down as records of a log: nodes, sets and links get their small indexes when they are first
 * met. Nodes that were not introduced by then are strangers; a set that was not is asked for.
 */
import type { Bitfield } from '../bitfield.ts';
import type { TraceEvent } from '../engine/trace.ts';
import type { InfoHash, LinkId, PeerId } from '../units.ts';
import { heldText, type Indexes, recordOf } from './event-record.ts';
import type { ActRecord, SetRecord, TraceRecord } from './record.ts';
import { gridTime, type NodeFields } from './write.ts';

export type SetFields = Omit<SetRecord, 'type' | 't' | 'set'>;

export interface RecorderParts {
  readonly emit: (record: TraceRecord) => void;
  /** Of a torrent that comes up and was not introduced; undefined: it is gone, and its events are left out. */
  readonly describe?: (torrent: InfoHash) => HeldSet | undefined;
}

/** A set, and what the node whose events are recorded has of it. */
export interface HeldSet {
  readonly set: SetFields;
  readonly held: Bitfield;
  readonly want: 'all' | 'none';
}

/** Of the last digits of its id: most ids begin with the name of the program. */
const STRANGER_DIGITS = 8;

export class TraceRecorder {
  readonly #parts: RecorderParts;
  /** By node: indexes of its links' ends. */
  readonly #links: Map<LinkId, number>[] = [];
  readonly #byPeerId = new Map<string, number>();
  readonly #sets = new Map<InfoHash, number>();
  #linkCount = 0;
  #setCount = 0;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** @returns its index */
  node(nowMs: number, fields: NodeFields): number {
    const node = this.#links.length;
    this.#links.push(new Map());
    this.#byPeerId.set(fields.peerId, node);
    this.#parts.emit({ t: gridTime(nowMs), type: 'node', node, ...fields });
    return node;
  }

  left(nowMs: number, node: number): void {
    this.#links[node]?.clear();
    this.#parts.emit({ t: gridTime(nowMs), type: 'left', node });
  }

  back(nowMs: number, node: number, peerId: PeerId): void {
    this.#byPeerId.set(peerId, node);
    this.#parts.emit({ t: gridTime(nowMs), type: 'back', node, peerId });
  }

  act(nowMs: number, act: string, about: Omit<ActRecord, 't' | 'type' | 'act'>): void {
    this.#parts.emit({ t: gridTime(nowMs), type: 'act', act, ...about });
  }

  /** @returns its index */
  set(nowMs: number, fields: SetFields): number {
    const set = this.#setCount++;
    this.#sets.set(fields.infoHash as InfoHash, set);
    this.#parts.emit({ t: gridTime(nowMs), type: 'set', set, ...fields });
    return set;
  }

  /** Published again, it is another set. */
  purged(nowMs: number, torrent: InfoHash): void {
    const set = this.#sets.get(torrent);
    if (set !== undefined) this.#parts.emit({ t: gridTime(nowMs), type: 'purged', set });
    this.#sets.delete(torrent);
  }

  event(nowMs: number, node: number, event: TraceEvent): void {
    const t = gridTime(nowMs);
    if (event.type === 'linkOpened') this.#links[node]?.set(event.link, this.#linkCount++);
    const record = recordOf(t, node, event, this.#indexes(t, node, event));
    if (record) this.#parts.emit(record);
    if (event.type === 'linkEnded') this.#links[node]?.delete(event.link);
  }

  #indexes(t: number, node: number, event: TraceEvent): Indexes {
    return {
      link: (id) => this.#links[node]?.get(id),
      peer: (peerId) => this.#byPeerId.get(peerId) ?? this.#stranger(t, peerId),
      set: (torrent) => this.#sets.get(torrent) ?? this.#met(t, node, torrent, event),
    };
  }

  #stranger(t: number, peerId: PeerId): number {
    return this.node(t, { name: peerId.slice(-STRANGER_DIGITS), role: 'stranger', peerId });
  }

  /** Of one that is only now heard of, and leaves, there is nothing to tell. */
  #met(t: number, node: number, torrent: InfoHash, { type }: TraceEvent): number | undefined {
    const described = type === 'torrentRemoved' ? undefined : this.#parts.describe?.(torrent);
    if (!described) return undefined;
    const { held, want } = described;
    const set = this.set(t, described.set);
    if (type !== 'torrentAdded')
      this.#parts.emit({ t, type: 'joined', node, set, held: heldText(held), want });
    return set;
  }
}
