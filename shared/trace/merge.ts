/**
 * The logs of several live nodes as one: nodes are the same by peer id, sets by info-hash, and records stand in the order
 * of one clock. Each source is one watched node, who may be lost sight of, and begin its log anew. Indexes of the merged
 * log are given out when records are taken, in the order in which they are: so it is a log like any other.
 */
import { MergeSource } from './merge-source.ts';
import { noNames } from './merged-names.ts';
import type { TraceHeader, TraceRecord } from './record.ts';
import { gridTime, makeHeader } from './write.ts';

type Item = { readonly type: 'begin' | 'lost' } | { readonly type: 'record'; readonly record: TraceRecord };

interface Waiting {
  readonly t: number;
  readonly source: Source;
  readonly item: Item;
}

interface Source {
  readonly names: MergeSource;
  /** Of its log's t = 0, in the merged one. */
  startMs: number;
  /** No record of it is before. */
  lastMs: number;
}

export class TraceMerge {
  readonly header: TraceHeader;
  readonly #names = noNames();
  readonly #sources: Source[] = [];
  #waiting: Waiting[] = [];
  #takenMs = 0;

  /** @param wallMs of the merged log's t = 0, by our clock */
  constructor(wallMs: number) {
    this.header = makeHeader({ source: 'live', wallMs, scenario: '', seed: 0, command: '' });
  }

  /** @returns the number of a new source */
  add(): number {
    this.#sources.push({ names: new MergeSource(this.#names), startMs: 0, lastMs: 0 });
    return this.#sources.length - 1;
  }

  /** The source's log begins, or begins anew. @param offsetMs from its wall clock to ours, see `ClockOffset` */
  begin(number: number, header: TraceHeader, offsetMs: number): void {
    this.setClock(number, header, offsetMs);
    const source = this.#source(number);
    this.#put(source, source.startMs, { type: 'begin' });
  }

  /** More is known of its clock: what comes from now on stands by that. */
  setClock(number: number, header: TraceHeader, offsetMs: number): void {
    this.#source(number).startMs = header.wallMs + offsetMs - this.header.wallMs;
  }

  /** @param records as the parser gave them, in order */
  append(number: number, records: readonly TraceRecord[]): void {
    const source = this.#source(number);
    for (const record of records) this.#put(source, source.startMs + record.t, { type: 'record', record });
  }

  /** The source is out of sight. @param wallMs by our clock */
  lost(number: number, wallMs: number): void {
    this.#put(this.#source(number), wallMs - this.header.wallMs, { type: 'lost' });
  }

  /**
   * What happened up to then, in order. Name a moment some time ago, so that what is on its way has come; what comes later
   * all the same is moved to the moment that was taken last.
   * @param untilMs by our wall clock
   */
  take(untilMs: number): TraceRecord[] {
    const until = untilMs - this.header.wallMs;
    const ripe: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const waiting of this.#waiting) (waiting.t <= until ? ripe : rest).push(waiting);
    this.#waiting = rest;
    // Stable: what a source told at one moment keeps its order.
    ripe.sort((a, b) => a.t - b.t);
    return ripe.flatMap(({ t, source, item }) => {
      this.#takenMs = Math.max(this.#takenMs, gridTime(t));
      return translate(source.names, this.#takenMs, item);
    });
  }

  #source(number: number): Source {
    return this.#sources[number] as Source;
  }

  #put(source: Source, t: number, item: Item): void {
    source.lastMs = Math.max(source.lastMs, t);
    this.#waiting.push({ t: source.lastMs, source, item });
  }
}

function translate(names: MergeSource, t: number, item: Item): TraceRecord[] {
  if (item.type === 'record') return names.translate(t, item.record);
  return item.type === 'begin' ? names.begin(t) : names.lost(t);
}
