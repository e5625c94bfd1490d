/** From what was seen of one spread to its figures. The clock starts when the seed's first 32 KiB had left. */

import { kumarRossSeconds } from '../../shared/trace/bound.ts';
import { median } from '../bench/median.ts';
import type { HostFigures, LinkShape } from './switch.ts';

export interface Payload {
  readonly totalBytes: number;
  /** The seed's first. */
  readonly links: readonly LinkShape[];
}

export interface Spread extends Payload {
  readonly client: string;
  /** The first process that wants the payload was started; Unix ms. */
  readonly beginMs: number;
  /** One for each edge: when it had all of it, verified; undefined when it never had. */
  readonly doneAtMs: readonly (number | undefined)[];
  /** All nodes together. */
  readonly cpuSeconds: number;
  readonly hosts: readonly HostFigures[];
}

/** Seconds, ratios and counts by name; what a table shows and a mark is set on. */
export type Figures = Readonly<Record<string, number>>;

export interface RunReport {
  readonly client: string;
  readonly figures: Figures;
  /** Seconds from the seed's first 32 KiB until each edge was complete; null: never. */
  readonly edgeSeconds: readonly (number | null)[];
  /** For scenarios of many uploads: ms until each was everywhere. */
  readonly uploadMs?: readonly number[];
  /** What a reader must know, such as a failure; empty when all went well. */
  readonly faults: readonly string[];
}

export function boundSeconds({ totalBytes, links }: Payload): number {
  const [seed, ...edges] = links as readonly [LinkShape, ...LinkShape[]];
  return kumarRossSeconds({
    fileBytes: totalBytes,
    seedUpBytesPerSecond: bytesPerSecond(seed.upKbit),
    hosts: edges.map(({ upKbit, downKbit }) => ({
      upBytesPerSecond: bytesPerSecond(upKbit),
      downBytesPerSecond: bytesPerSecond(downKbit),
    })),
  });
}

export const bytesPerSecond = (kbit: number): number => kbit * 125;

/** Seconds from the seed's first 32 KiB; null: never. */
export function edgeSeconds({ hosts, doneAtMs }: Spread): (number | null)[] {
  const firstMs = hosts[0]?.firstMs;
  return doneAtMs.map((at) => (at === undefined || firstMs === undefined ? null : (at - firstMs) / 1000));
}

/** @param counted numbers of the edges that must be complete, 1 and up; default: all */
export function reportOf(spread: Spread, counted?: readonly number[]): RunReport {
  const seconds = edgeSeconds(spread);
  const wanted = seconds.filter((_, index) => counted === undefined || counted.includes(index + 1));
  const done = wanted.filter((at) => at !== null);
  const missing = wanted.length - done.length;
  const bound = boundSeconds(spread);
  const last = missing > 0 ? Number.POSITIVE_INFINITY : Math.max(...done);
  const mean = missing > 0 ? Number.POSITIVE_INFINITY : done.reduce((sum, at) => sum + at, 0) / done.length;
  const seed = spread.hosts[0];
  return {
    client: spread.client,
    figures: {
      'last/bound': last / bound,
      'mean/bound': mean / bound,
      copies: (seed?.upBytes ?? Number.NaN) / spread.totalBytes,
      'start-up s': ((seed?.firstMs ?? Number.NaN) - spread.beginMs) / 1000,
      'CPU s': spread.cpuSeconds,
      'last s': last,
      'bound s': bound,
    },
    edgeSeconds: seconds,
    faults: missing > 0 ? [`${missing} not complete in time`] : [],
  };
}

export function medianFigures(runs: readonly RunReport[]): Figures {
  const names = Object.keys(runs[0]?.figures ?? {});
  return Object.fromEntries(
    names.map((name) => [name, median(runs.map((run) => run.figures[name] as number))]),
  );
}
