/** One node's log on its way into a merged one: what its indexes are there. */
import type { RecordOf, TraceRecord } from './record.ts';

/** What the merged log has so far, over all sources. */
export interface MergedNames {
  /** By peer id. */
  readonly nodes: Map<string, number>;
  /** By info-hash; a purged one is another set when it is published again. */
  readonly sets: Map<string, number>;
  nodeCount: number;
  setCount: number;
  linkCount: number;
}

export const noNames = (): MergedNames => ({
  nodes: new Map(),
  sets: new Map(),
  nodeCount: 0,
  setCount: 0,
  linkCount: 0,
});

/** In its own log, whose node it is. */
const SELF = 0;

export class MergeSource {
  readonly #names: MergedNames;
  readonly #nodes = new Map<number, number>();
  readonly #sets = new Map<number, number>();
  /** As it told them. */
  readonly #toldSets = new Map<number, RecordOf<'set'>>();
  readonly #links = new Map<number, number>();
  /** In the merged log. */
  #self: number | undefined;
  #selfPeerId = '';
  #isLost = false;

  constructor(names: MergedNames) {
    this.#names = names;
  }

  /** The log begins, or begins anew: links are told again under other indexes. */
  begin(t: number): TraceRecord[] {
    const node = this.#self;
    const ended = node === undefined ? [] : [...this.#links.values()];
    this.#nodes.clear();
    this.#sets.clear();
    this.#toldSets.clear();
    this.#links.clear();
    return ended.map((link) => ({ t, type: 'linkEnded', node: node as number, link, reason: 'missed' }));
  }

  /** It is out of sight until it begins anew. */
  lost(t: number): TraceRecord[] {
    this.#links.clear();
    if (this.#self === undefined || this.#isLost) return [];
    this.#isLost = true;
    return [{ t, type: 'left', node: this.#self }];
  }

  translate(t: number, record: TraceRecord): TraceRecord[] {
    switch (record.type) {
      case 'node':
        return record.node === SELF ? this.#selfTold(t, record) : this.#nodeTold(t, record);
      case 'set':
        return this.#setTold(t, record);
      case 'purged': {
        const set = this.#sets.get(record.set);
        for (const [infoHash, known] of this.#names.sets)
          if (known === set) {
            this.#names.sets.delete(infoHash);
            return [{ t, type: 'purged', set }];
          }
        return [];
      }
      case 'joined':
        return [...this.#setAgain(t, record.set), ...this.#renamed(t, record)];
      case 'clock':
        return [];
      case 'linkEnded': {
        const ended = this.#renamed(t, record);
        this.#links.delete(record.link);
        return ended;
      }
      case 'linkOpened':
        this.#links.set(record.link, this.#names.linkCount++);
        return this.#renamed(t, record);
      default:
        return this.#renamed(t, record);
    }
  }

  #selfTold(t: number, record: RecordOf<'node'>): TraceRecord[] {
    const { peerId } = record;
    const isOther = this.#self !== undefined && this.#selfPeerId !== peerId;
    const isBack = this.#isLost || isOther;
    this.#isLost = false;
    this.#selfPeerId = peerId;
    if (this.#self === undefined) {
      const told = this.#nodeTold(t, record);
      this.#self = this.#nodes.get(SELF);
      return told.length > 0 ? told : [{ ...record, t, type: 'introduced', node: this.#self as number }];
    }
    this.#nodes.set(SELF, this.#self);
    this.#names.nodes.set(peerId, this.#self);
    // It may have been started with other limits.
    const { type: _, ...told } = record;
    const again: TraceRecord = { ...told, t, type: 'introduced', node: this.#self };
    return isBack ? [{ t, type: 'back', node: this.#self, peerId }, again] : [];
  }

  #nodeTold(t: number, record: RecordOf<'node'>): TraceRecord[] {
    const known = this.#names.nodes.get(record.peerId);
    const node = known ?? this.#names.nodeCount++;
    this.#names.nodes.set(record.peerId, node);
    this.#nodes.set(record.node, node);
    return known === undefined ? [{ ...record, t, node }] : [];
  }

  #setTold(t: number, record: RecordOf<'set'>): TraceRecord[] {
    const known = this.#names.sets.get(record.infoHash);
    const set = known ?? this.#names.setCount++;
    this.#names.sets.set(record.infoHash, set);
    this.#sets.set(record.set, set);
    this.#toldSets.set(record.set, record);
    return known === undefined ? [{ ...record, t, set }] : [];
  }

  /** An edge does not tell that a set was purged: it drops it, and joins it again when it is published again. */
  #setAgain(t: number, set: number): TraceRecord[] {
    const told = this.#toldSets.get(set);
    if (told === undefined || this.#names.sets.get(told.infoHash) === this.#sets.get(set)) return [];
    return this.#setTold(t, told);
  }

  #renamed(t: number, record: TraceRecord): TraceRecord[] {
    const renamed: Record<string, unknown> = { ...record, t };
    for (const [field, indexes] of [
      ['node', this.#nodes],
      ['peer', this.#nodes],
      ['set', this.#sets],
      ['link', this.#links],
    ] as const) {
      const index = renamed[field];
      if (index === undefined) continue;
      const merged = indexes.get(index as number);
      if (merged === undefined) return [];
      renamed[field] = merged;
    }
    if (record.type === 'chokingRound')
      renamed.ranking = record.ranking.flatMap((ranked) => {
        const peer = this.#nodes.get(ranked.peer);
        return peer === undefined ? [] : [{ ...ranked, peer }];
      });
    return [renamed as unknown as TraceRecord];
  }
}
