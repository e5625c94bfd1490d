/** The report's plots. */
import { sortedNumbers } from '../../support/percentile.ts';
import type { LoadResult, ModeResult } from '../result.ts';
import { type Bar, groupedBars, stackedBars } from './bars.ts';
import { slowerThan } from './losses.ts';
import { summaryOf } from './summary.ts';
import { type Line, linePlot, WIDTHS, type Width } from './svg.ts';

export interface Plot {
  readonly title: string;
  readonly legend: readonly { readonly name: string; readonly className: string }[];
  /** For desktops and for phones. */
  readonly svgs: readonly string[];
}

const modeClass = (mode: string): string => `mode-${mode}`;

const linesOf = (modes: readonly ModeResult[], points: (mode: ModeResult) => Line['points']): Line[] =>
  modes.map((mode) => ({ name: mode.mode, className: modeClass(mode.mode), points: points(mode) }));

export function plotsOf({ modes }: LoadResult): readonly Plot[] {
  const legend = modes.map(({ mode }) => ({ name: mode, className: modeClass(mode) }));
  const plot = (title: string, svgOf: (width: Width) => string): Plot => ({
    title,
    legend,
    svgs: WIDTHS.map(svgOf),
  });
  const lines = (
    title: string,
    points: (mode: ModeResult) => Line['points'],
    options: Omit<Parameters<typeof linePlot>[1], 'label' | 'width'>,
  ) => plot(title, (width) => linePlot(linesOf(modes, points), { label: title, width, ...options }));
  const percentiles = 'Image time: what half, 95 %, 99 % and 99.9 % of all images took at most';
  const everywhere = 'Until every edge had what was wanted of it';
  return [
    { ...plot(percentiles, (width) => timeBars(percentiles, modes, width)), legend: [] },
    lines('Share of images that had come after a time', distribution, {
      xUnit: 'ms',
      yUnit: '%',
      isLogX: true,
    }),
    lines('Bytes that had left the origin', ({ originSent }) => originSent.map(inMegabytes), {
      xUnit: 's',
      yUnit: 'MB',
      marks: oneCopy(modes),
    }),
    {
      ...plot(everywhere, (width) => spreadBars(everywhere, modes, width)),
      legend: [{ name: 'the least that the links allow (Kumar and Ross)', className: 'least' }],
    },
    lines('Image time over the run: p95 of the images that were due in each second', slowestBySecond, {
      xUnit: 's',
      yUnit: 'ms',
    }),
    sourcesPlot(modes),
  ].filter(({ svgs }) => svgs.every((svg) => svg !== ''));
}

const inMegabytes = ([second, bytes]: readonly [number, number]) => [second, bytes / 1e6] as const;

function oneCopy(modes: readonly ModeResult[]) {
  const wanted = Math.max(0, ...modes.map(({ wantedBytes }) => wantedBytes));
  return wanted === 0 ? [] : [{ y: wanted / 1e6, name: 'one copy' }];
}

const FIGURES = [
  ['p50', 'p50Ms'],
  ['p95', 'p95Ms'],
  ['p99', 'p99Ms'],
  ['p99.9', 'p999Ms'],
] as const;

function timeBars(label: string, modes: readonly ModeResult[], width: Width): string {
  const seen = modes.map(summaryOf).filter(({ p50Ms }) => Number.isFinite(p50Ms));
  const groups = FIGURES.map(([name, figure]) => ({
    name,
    bars: seen.map((mode): Bar => {
      const faster = mode.result.mode === 'swarm' ? seen.filter((one) => slowerThan(mode, one, figure)) : [];
      return {
        name: mode.result.mode,
        className: modeClass(mode.result.mode),
        value: mode[figure],
        text: `${Math.round(mode[figure]).toLocaleString('en')} ms`,
        ...(faster.length > 0
          ? { more: `slower than ${faster.map(({ result }) => result.mode).join(' and ')}`, isLoss: true }
          : {}),
      };
    }),
  }));
  return groupedBars(label, groups, width);
}

function spreadBars(label: string, modes: readonly ModeResult[], width: Width): string {
  const bars = modes.flatMap(({ mode, spread }): Bar[] =>
    spread === null
      ? []
      : [
          {
            name: mode,
            className: modeClass(mode),
            value: spread.seconds,
            text: `${spread.seconds.toFixed(1)} s`,
            // Nobody can have had it before somebody wanted it.
            ...(spread.lastWantedSeconds > 0
              ? { more: `the last of it wanted after ${spread.lastWantedSeconds.toFixed(1)} s` }
              : {}),
            least: spread.boundSeconds,
          },
        ],
  );
  return groupedBars(label, [{ name: '', bars }], width);
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

function sourcesPlot(all: readonly ModeResult[]): Plot {
  const title = 'Where the bytes came from that shoppers got';
  const modes = all.filter(({ deliveredBytes }) => deliveredBytes > 0);
  const bars = modes.map(({ mode, sources, deliveredBytes }) => ({
    name: mode,
    parts: SOURCES.map(([source, name]) => ({
      name,
      className: `source-${source}`,
      share: sources[source] / deliveredBytes,
    })),
  }));
  return {
    title,
    legend: SOURCES.map(([source, name]) => ({ name, className: `source-${source}` })),
    svgs: bars.length === 0 ? [''] : WIDTHS.map((width) => stackedBars(title, bars, width)),
  };
}
