/** A Prometheus histogram over rows of plain numbers that someone else counts; prom-client's own cannot be set. */
import type { Metric, Registry } from 'prom-client';

export interface HistogramRow {
  readonly labels: Readonly<Record<string, string>>;
  /** Counts per bucket (not cumulative), then those above the last bound, then the sum of all values. */
  readonly row: Float64Array;
}

interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export class PlainHistogram {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #rows: () => readonly HistogramRow[];

  constructor(name: string, help: string, bounds: readonly number[], rows: () => readonly HistogramRow[]) {
    this.#name = name;
    this.#help = help;
    this.#bounds = bounds;
    this.#rows = rows;
  }

  register(registry: Registry): void {
    const metric = {
      name: this.#name,
      help: this.#help,
      type: 'histogram',
      aggregator: 'sum',
      get: async () => ({ name: this.#name, help: this.#help, type: 'histogram', values: this.#samples() }),
      reset: () => undefined,
    };
    // prom-client's registry calls `get` only, but its types name its own classes.
    registry.registerMetric(metric as unknown as Metric);
  }

  #samples(): Sample[] {
    const samples: Sample[] = [];
    for (const { labels, row } of this.#rows()) {
      let cumulative = 0;
      const bounds: (number | string)[] = [...this.#bounds, '+Inf'];
      bounds.forEach((bound, i) => {
        cumulative += row[i] as number;
        samples.push({
          metricName: `${this.#name}_bucket`,
          labels: { ...labels, le: bound },
          value: cumulative,
        });
      });
      samples.push({ metricName: `${this.#name}_sum`, labels, value: row[row.length - 1] as number });
      samples.push({ metricName: `${this.#name}_count`, labels, value: cumulative });
    }
    return samples;
  }
}
