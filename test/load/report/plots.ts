/** The report's plots. */
import { sortedNumbers } from '../../support/percentile.ts';
import type { LoadResult, ModeResult } from '../result.ts';
import { type Line, linePlot, stackedBars } from './svg.ts';

export interface Plot {
  readonly title: string;
  readonly legend: readonly { readonly name: string; readonly className: string }[];
  readonly svg: string;
}

const modeClass = (mode: string): string => `mode-${mode}`;

const linesOf = (modes: readonly ModeResult[], points: (mode: ModeResult) => Line['points']): Line[] =>
  modes.map((mode) => ({ name: mode.mode, className: modeClass(mode.mode), points: points(mode) }));

export function plotsOf({ modes }: LoadResult): readonly Plot[] {
  const legend = modes.map(({ mode }) => ({ name: mode, className: modeClass(mode) }));
  const sent = linesOf(modes, ({ originSent }) => originSent.map(([second, bytes]) => [second, bytes / 1e6]));
  return [
    {
      title: 'Bytes that had left the origin',
      legend,
      svg: linePlot(sent, { xUnit: 's', yUnit: 'MB' }),
    },
    {
      title: 'Share of images that had come after a time',
      legend,
      svg: linePlot(linesOf(modes, distribution), { xUnit: 'ms', yUnit: '%', isLogX: true }),
    },
    {
      title: 'The slowest twentieth of the images that were due in each second (p95)',
      legend,
      svg: linePlot(linesOf(modes, slowestBySecond), { xUnit: 's', yUnit: 'ms' }),
    },
    sourcesPlot(modes),
  ].filter(({ svg }) => svg !== '');
}

function distribution({ totalMs }: ModeResult): Line['points'] {
  const sorted = sortedNumbers(totalMs);
  return sorted.map((ms, index) => [Math.max(ms, 0.1), (100 * (index + 1)) / sorted.length]);
}

function slowestBySecond({ dueMs, totalMs }: ModeResult): Line['points'] {
  const seconds = new Map<number, number[]>();
  dueMs.forEach((due, index) => {
    const second = Math.floor(due / 1000);
    const times = seconds.get(second) ?? [];
    times.push(totalMs[index] as number);
    seconds.set(second, times);
  });
  return [...seconds]
    .sort(([a], [b]) => a - b)
    .map(([second, times]) => [
      second + 0.5,
      sortedNumbers(times)[Math.ceil(times.length * 0.95) - 1] as number,
    ]);
}

const SOURCES = [
  ['memory', 'memory'],
  ['disk', 'disk'],
  ['peers', 'peers, while the shopper waited'],
  ['webSeed', 'origin by HTTP, while the shopper waited'],
] as const;

function sourcesPlot(modes: readonly ModeResult[]): Plot {
  return {
    title: 'Where the bytes came from that shoppers got',
    legend: SOURCES.map(([source, name]) => ({ name, className: `source-${source}` })),
    svg: stackedBars(
      modes.map(({ mode, sources, deliveredBytes }) => ({
        name: mode,
        parts: SOURCES.map(([source, name]) => ({
          name,
          className: `source-${source}`,
          share: deliveredBytes === 0 ? 0 : sources[source] / deliveredBytes,
        })),
      })),
    ),
  };
}
