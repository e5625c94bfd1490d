/**
 * Many nodes' own logs become one. Each names nodes, sets and links by indexes of its own and counts its own time: here
 * a node is its peer id, a set its info-hash, and time counts from the earliest log's begin by the wall clocks of the
 * nodes. A node that tells of itself is no stranger, whoever met it first.
 */
import type { RecordOf, TraceHeader, TraceRecord } from '../../../../shared/trace/record.ts';

interface Source {
  readonly offsetMs: number;
  /** From its indexes to the merged ones. */
  readonly nodes: number[];
  readonly sets: number[];
  readonly links: Map<number, number>;
}

/** Before all that waits: another log may name it for an earlier moment than the one that introduced it. */
const INTRODUCED_MS = 0;

export class LogMerger {
  readonly #startMs: number;
  readonly #sources: Source[];
  readonly #nodeOf = new Map<string, number>();
  readonly #setOf = new Map<string, number>();
  #nodeCount = 0;
  #links = 0;
  #lastMs = 0;
  #newestMs = 0;
  /** Records wait until every log has come past their time, or for so long. */
  #waiting: TraceRecord[] = [];

  /** @param headers of all logs, and the record in which each log's own node introduces itself */
  constructor(sources: readonly { readonly header: TraceHeader; readonly self: RecordOf<'node'> }[]) {
    this.#startMs = Math.min(...sources.map(({ header }) => header.wallMs));
    this.#sources = sources.map(({ header, self }) => {
      this.#waiting.push({ ...self, t: INTRODUCED_MS, node: this.#nodeNumber(self.peerId) });
      return { offsetMs: header.wallMs - this.#startMs, nodes: [], sets: [], links: new Map() };
    });
  }

  /** Of the merged log: milliseconds since 1970 at its begin. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Time of the newest record that came, taken or not. */
  get newestMs(): number {
    return this.#newestMs;
  }

  add(source: number, records: readonly TraceRecord[]): void {
    const from = this.#sources[source];
    if (from === undefined) return;
    for (const record of records) {
      const renamed = this.#renamed(from, record);
      if (renamed === undefined) continue;
      this.#waiting.push(renamed);
      this.#newestMs = Math.max(this.#newestMs, renamed.t);
    }
  }

  /** Records up to this moment of the merged log, in order. What comes later for an earlier moment happens at the last one. */
  take(untilMs: number): TraceRecord[] {
    const ready = this.#waiting.filter(({ t }) => t <= untilMs);
    this.#waiting = this.#waiting.filter(({ t }) => t > untilMs);
    ready.sort((a, b) => a.t - b.t);
    return ready.map((record) => {
      const t = Math.max(this.#lastMs, record.t);
      this.#lastMs = t;
      return t === record.t ? record : { ...record, t };
    });
  }

  #nodeNumber(peerId: string): number {
    const known = this.#nodeOf.get(peerId);
    if (known !== undefined) return known;
    this.#nodeOf.set(peerId, this.#nodeCount);
    return this.#nodeCount++;
  }

  #renamed(from: Source, record: TraceRecord): TraceRecord | undefined {
    const t = Math.max(0, Math.round((record.t + from.offsetMs) * 10) / 10);
    if (record.type === 'node') return this.#node(from, record);
    if (record.type === 'set') return this.#set(from, record);
    if (record.type === 'back') {
      const node = from.nodes[record.node];
      if (node !== undefined) this.#nodeOf.set(record.peerId, node);
    }
    if (record.type === 'linkOpened') from.links.set(record.link, this.#links++);
    const given = record as { node?: number; peer?: number; set?: number; link?: number };
    const named = {
      ...(given.node === undefined ? {} : { node: from.nodes[given.node] }),
      ...(given.peer === undefined ? {} : { peer: from.nodes[given.peer] }),
      ...(given.set === undefined ? {} : { set: from.sets[given.set] }),
      ...(given.link === undefined ? {} : { link: from.links.get(given.link) }),
      ...(record.type === 'chokingRound'
        ? { ranking: record.ranking.map((ranked) => ({ ...ranked, peer: from.nodes[ranked.peer] ?? 0 })) }
        : {}),
    };
    // What names something that was not introduced is left out.
    if (Object.values(named).some((value) => value === undefined)) return undefined;
    return { ...record, ...named, t } as TraceRecord;
  }

  #node(from: Source, record: RecordOf<'node'>): TraceRecord | undefined {
    const isNew = !this.#nodeOf.has(record.peerId);
    const node = this.#nodeNumber(record.peerId);
    from.nodes[record.node] = node;
    return isNew ? { ...record, t: INTRODUCED_MS, node } : undefined;
  }

  #set(from: Source, record: RecordOf<'set'>): TraceRecord | undefined {
    const known = this.#setOf.get(record.infoHash);
    from.sets[record.set] = known ?? this.#setOf.size;
    if (known !== undefined) return undefined;
    this.#setOf.set(record.infoHash, this.#setOf.size);
    return { ...record, t: INTRODUCED_MS, set: this.#setOf.size - 1 };
  }
}
