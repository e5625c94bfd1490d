/** Many scenarios in one table: a line each, modes side by side. */
import type { LoadResult } from '../result.ts';
import { lossesOf } from './losses.ts';
import { busyModes, type ModeSummary, summaryOf } from './summary.ts';
import type { Table } from './tables.ts';

export function scenariosTable(results: readonly LoadResult[]): Table {
  const modes = [...new Set(results.flatMap((result) => result.modes.map(({ mode }) => mode)))];
  return {
    title: `All scenarios: ${modes.join(', ')}`,
    head: [
      'scenario',
      'images',
      'p50, ms',
      'p95, ms',
      'p99, ms',
      'failed',
      'copies',
      'CPU, s',
      'swarm loses in',
    ],
    rows: results.map((result) => rowOf(result, modes)),
  };
}

function rowOf(result: LoadResult, modes: readonly string[]): readonly string[] {
  const summaries = modes.map((name) => {
    const found = result.modes.find(({ mode }) => mode === name);
    return found && summaryOf(found);
  });
  const each = (text: (mode: ModeSummary) => string) =>
    summaries.map((mode) => (mode === undefined ? '-' : text(mode))).join(', ');
  const time = (figure: 'p50Ms' | 'p95Ms' | 'p99Ms') =>
    each((mode) => (Number.isFinite(mode[figure]) ? mode[figure].toFixed(0) : '-'));
  const notes = [
    ...(result.isPartial ? ['ended early'] : []),
    ...(busyModes(result).length > 0 ? ['busy machine'] : []),
  ];
  return [
    notes.length > 0 ? `${result.scenario} (${notes.join(', ')})` : result.scenario,
    `${result.modes[0]?.counts.planned ?? 0}`,
    time('p50Ms'),
    time('p95Ms'),
    time('p99Ms'),
    each(({ result: { counts } }) => `${counts.failed + counts.wrong}`),
    each(({ result: { copies } }) => copies?.toFixed(2) ?? '-'),
    each(({ result: { cpuSeconds } }) =>
      cpuSeconds ? (cpuSeconds.origin + cpuSeconds.edges).toFixed(1) : '-',
    ),
    lossWords(result),
  ];
}

/** Figures, and to whom. */
function lossWords(result: LoadResult): string {
  const seen = result.modes.filter(({ totalMs }) => totalMs.length > 0);
  if (seen.length < 2 || seen.every(({ mode }) => mode !== 'swarm')) return '-';
  const byFigure = new Map<string, string[]>();
  for (const { figure, to } of lossesOf(result)) byFigure.set(figure, [...(byFigure.get(figure) ?? []), to]);
  return [...byFigure].map(([figure, to]) => `${figure} (to ${to.join(', ')})`).join('; ') || 'nothing';
}
