/** The report's tables as rows of text; Markdown and HTML are made of the same. */
import type { LoadResult, ModeResult } from '../result.ts';
import { marksOf } from './marks.ts';
import { ratiosOfSameTraffic, ratioText } from './ratios.ts';
import { type ModeSummary, summaryOf } from './summary.ts';

export const MARKS_TITLE = 'Marks';

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const ms = (value: number): string =>
  Number.isFinite(value)
    ? `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`
    : 'none';
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const share = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;

export function tablesOf(result: LoadResult): readonly Table[] {
  const modes = result.modes.map(summaryOf);
  const tables = [
    times(modes),
    besideEachOther(result.modes),
    egress(modes),
    takenByEdges(modes),
    sources(modes),
    spread(modes),
    costs(modes),
  ];
  const marks = marksOf(result);
  if (marks.length > 0)
    tables.unshift({
      title: MARKS_TITLE,
      head: ['mark', 'wanted', 'measured', ''],
      rows: marks.map(({ what, wanted, measured, isMet }) => [
        what,
        wanted,
        measured,
        isMet ? 'met' : 'missed',
      ]),
    });
  return tables.filter(({ rows }) => rows.length > 0);
}

function times(modes: readonly ModeSummary[]): Table {
  return {
    title: 'Image time, from the moment an image was due to its last byte',
    head: ['mode', 'images', 'p50', 'p95', 'p99', 'p99.9', 'failed', 'wrong', 'sent to another edge'],
    rows: modes.map(({ result: { mode, counts }, p50Ms, p95Ms, p99Ms, p999Ms }) => [
      mode,
      `${counts.good + counts.failed + counts.wrong} of ${counts.planned}`,
      ms(p50Ms),
      ms(p95Ms),
      ms(p99Ms),
      ms(p999Ms),
      failed(counts),
      `${counts.wrong}`,
      `${counts.failovers}`,
    ]),
  };
}

function besideEachOther(modes: readonly ModeResult[]): Table {
  const pairs = modes.flatMap((first, at) => modes.slice(at + 1).map((second) => [first, second] as const));
  return {
    title: 'The same visitors in two modes: how much longer they waited in the second (95 % of draws)',
    head: ['modes', 'p50', 'p95', 'p99', 'each image, by the median'],
    rows: pairs.map(([first, second]) => [
      `${second.mode} over ${first.mode}`,
      ...ratiosOfSameTraffic(first, second).map(ratioText),
    ]),
  };
}

function failed({ failed: all, failures }: ModeResult['counts']): string {
  const reasons = Object.entries(failures).map(([reason, count]) => `${count} ${reason}`);
  return all === 0 ? '0' : `${all}: ${reasons.join(', ')}`;
}

function egress(modes: readonly ModeSummary[]): Table {
  return {
    title: 'What left the origin, protocol included',
    head: [
      'mode',
      'all',
      'over the peer wire',
      'to edges by HTTP',
      'to shoppers',
      'wanted once',
      'edges that wanted it',
      'copies',
    ],
    rows: modes.map(
      ({ result: { mode, originBytes, wantedBytes, wantedCopies, copies }, originMegabytes }) => [
        mode,
        Number.isNaN(originMegabytes) ? 'not known' : megabytes(originMegabytes * 1e6),
        originBytes ? megabytes(originBytes.toPeers) : '-',
        originBytes ? megabytes(originBytes.toNodesHttp) : '-',
        originBytes ? megabytes(originBytes.toShoppers) : '-',
        megabytes(wantedBytes),
        wantedCopies === null ? '-' : wantedCopies.toFixed(2),
        copies === null ? '-' : copies.toFixed(2),
      ],
    ),
  };
}

function sources(modes: readonly ModeSummary[]): Table {
  return {
    title: 'Where the bytes came from that shoppers got',
    head: ['mode', 'all', 'memory', 'disk', 'peers, while they waited', 'origin by HTTP, while they waited'],
    rows: modes.map(({ result: { mode, deliveredBytes, sources: from } }) => [
      mode,
      megabytes(deliveredBytes),
      share(from.memory, deliveredBytes),
      share(from.disk, deliveredBytes),
      share(from.peers, deliveredBytes),
      share(from.webSeed, deliveredBytes),
    ]),
  };
}

function takenByEdges(modes: readonly ModeSummary[]): Table {
  return {
    title: 'What edges took, payload only',
    head: ['mode', 'from peers', 'from the origin by HTTP', 'in copies', 'came twice to one edge'],
    rows: modes.flatMap(({ result: { mode, taken, wantedBytes } }) =>
      taken === null || mode === 'origin'
        ? []
        : [
            [
              mode,
              megabytes(taken.peers),
              megabytes(taken.webSeed),
              wantedBytes === 0 ? '-' : (taken.webSeed / wantedBytes).toFixed(2),
              megabytes(taken.raced),
            ],
          ],
    ),
  };
}

function spread(modes: readonly ModeSummary[]): Table {
  return {
    title: 'Until every edge had what was wanted of it',
    head: ['mode', 'bytes', 'last wanted after', 'everywhere after', 'Kumar-Ross bound', 'over the bound'],
    rows: modes.flatMap(({ result: { mode, spread: seen } }) =>
      seen === null
        ? []
        : [
            [
              mode,
              megabytes(seen.bytes),
              `${seen.lastWantedSeconds.toFixed(1)} s`,
              `${seen.seconds.toFixed(1)} s`,
              `${seen.boundSeconds.toFixed(1)} s`,
              `${(seen.seconds / seen.boundSeconds).toFixed(2)} times`,
            ],
          ],
    ),
  };
}

function costs(modes: readonly ModeSummary[]): Table {
  return {
    title: 'What it cost, and how exact the measuring was (p99 of how late a loop ran)',
    head: ['mode', 'CPU of the origin', 'CPU of the edges', 'shoppers late by', 'links late by'],
    rows: modes.map(({ result: { mode, cpuSeconds, lateMs } }) => [
      mode,
      cpuSeconds ? `${cpuSeconds.origin.toFixed(1)} s` : '-',
      cpuSeconds ? `${cpuSeconds.edges.toFixed(1)} s` : '-',
      ms(lateMs.driver),
      lateMs.links === null ? '-' : ms(lateMs.links),
    ]),
  };
}
