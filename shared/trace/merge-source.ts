/** One node's log on its way into a merged one: what its indexes are there. */
import type { MergedNames } from './merged-names.ts';
import type { RecordOf, TraceRecord } from './record.ts';

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
    this.#forgetLinks();
    return ended.map((link) => ({ t, type: 'linkEnded', node: node as number, link, reason: 'missed' }));
  }

  /** It is out of sight until it begins anew. */
  lost(t: number): TraceRecord[] {
    this.#forgetLinks();
    if (this.#self === undefined || this.#isLost) return [];
    this.#isLost = true;
    this.#names.tellers.set(this.#self, undefined);
    return [{ t, type: 'left', node: this.#self }];
  }

  /** Its node has another address now: nothing is told from here until another log begins. */
  #moved(t: number): TraceRecord[] {
    const left = this.lost(t);
    this.#self = undefined;
    this.#nodes.clear();
    return left;
  }

  #forgetLinks(): void {
    for (const link of this.#links.values()) this.#names.ends.delete(link);
    this.#links.clear();
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
        this.#names.ends.delete(this.#links.get(record.link) ?? -1);
        this.#links.delete(record.link);
        return ended;
      }
      case 'linkReady':
        return this.#renamed(t, record).map((ready) => {
          const { link, node, peer } = ready as RecordOf<'linkReady'>;
          this.#names.ends.set(link, { node, peer });
          return ready;
        });
      case 'linkOpened':
        this.#links.set(record.link, this.#names.linkCount++);
        return this.#renamed(t, record);
      default:
        return this.#renamed(t, record);
    }
  }

  #selfTold(t: number, record: RecordOf<'node'>): TraceRecord[] {
    const { peerId } = record;
    const { nodes, tellers } = this.#names;
    const isOther = this.#self !== undefined && this.#selfPeerId !== peerId;
    const met = nodes.get(peerId);
    const told = this.#self === undefined ? this.#nodeTold(t, record) : [];
    const self = this.#self ?? (this.#nodes.get(SELF) as number);
    const before = tellers.get(self);
    const isBack = tellers.has(self) && (before !== this || isOther);
    const wasMet = told.length === 0 && !tellers.has(self);
    const moved = before === undefined || before === this ? [] : before.#moved(t);
    this.#self = self;
    this.#selfPeerId = peerId;
    this.#isLost = false;
    this.#nodes.set(SELF, self);
    nodes.set(peerId, self);
    tellers.set(self, this);
    const back: TraceRecord[] = isBack ? [{ t, type: 'back', node: self, peerId }] : [];
    // It may have been started with other limits.
    const again: TraceRecord[] = isBack || wasMet ? [{ ...record, t, type: 'introduced', node: self }] : [];
    return [...told, ...moved, ...back, ...again, ...this.#recognized(t, met, self)];
  }

  /** Others met its new process before it told of itself: what they are linked with is this node. */
  #recognized(t: number, met: number | undefined, self: number): TraceRecord[] {
    if (met === undefined || met === self) return [];
    this.#names.same.set(met, self);
    const led = [...this.#names.ends].filter(([, { peer }]) => peer === met);
    return [
      { t, type: 'left', node: met },
      ...led.map(([link, { node }]): TraceRecord => {
        this.#names.ends.set(link, { node, peer: self });
        return { t, type: 'linkReady', node, link, peer: self };
      }),
    ];
  }

  #nodeOf(own: number): number | undefined {
    const node = this.#nodes.get(own);
    return node === undefined ? undefined : (this.#names.same.get(node) ?? node);
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
    for (const [field, mergedOf] of [
      ['node', (own: number) => this.#nodeOf(own)],
      ['peer', (own: number) => this.#nodeOf(own)],
      ['set', (own: number) => this.#sets.get(own)],
      ['link', (own: number) => this.#links.get(own)],
    ] as const) {
      const index = renamed[field];
      if (index === undefined) continue;
      const merged = mergedOf(index as number);
      if (merged === undefined) return [];
      renamed[field] = merged;
    }
    if (record.type === 'chokingRound')
      renamed.ranking = record.ranking.flatMap((ranked) => {
        const peer = this.#nodeOf(ranked.peer);
        return peer === undefined ? [] : [{ ...ranked, peer }];
      });
    return [renamed as unknown as TraceRecord];
  }
}
