/** Seconds counted into buckets by where an answer's bytes came from; rows for {@link PlainHistogram}. */
import type { HistogramRow } from './plain-histogram.ts';
import type { ByteSource } from './rendition-source.ts';

export const BYTE_SOURCES = ['memory', 'disk', 'swarm'] as const satisfies readonly ByteSource[];

/** Warm answers take tens of microseconds, a cold one up to the web seed's limit, a slow reader longer. */
export const LATENCY_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** Counts per bucket, those above the last bound, and the sum. */
const CELLS = LATENCY_SECONDS.length + 2;

export class LatencyRows {
  readonly #rows: Readonly<Record<ByteSource, Float64Array>> = {
    memory: new Float64Array(CELLS),
    disk: new Float64Array(CELLS),
    swarm: new Float64Array(CELLS),
  };

  count(source: ByteSource, elapsedMs: number): void {
    const row = this.#rows[source];
    const seconds = elapsedMs / 1000;
    let bucket = 0;
    while (bucket < LATENCY_SECONDS.length && seconds > (LATENCY_SECONDS[bucket] as number)) bucket++;
    row[bucket] = (row[bucket] as number) + 1;
    row[CELLS - 1] = (row[CELLS - 1] as number) + seconds;
  }

  /** All counts; they start again at 0. */
  take(): Record<ByteSource, number[]> {
    const { memory, disk, swarm } = this.#rows;
    const taken = { memory: [...memory], disk: [...disk], swarm: [...swarm] };
    for (const source of BYTE_SOURCES) this.#rows[source].fill(0);
    return taken;
  }

  add(taken: Readonly<Record<ByteSource, readonly number[]>>): void {
    for (const source of BYTE_SOURCES)
      taken[source].forEach((count, cell) => {
        const row = this.#rows[source];
        row[cell] = (row[cell] as number) + count;
      });
  }

  /** With those of `other` added, for a scrape. */
  with(other: LatencyRows, labels: Readonly<Record<string, string>>): HistogramRow[] {
    return BYTE_SOURCES.map((source) => ({
      labels: { ...labels, source },
      row: this.#rows[source].map((count, i) => count + (other.#rows[source][i] as number)),
    }));
  }
}
