/** Lines for people: one for each run, the median of each client, and the marks. */
import { type Figures, medianFigures, type RunReport } from './metrics.ts';
import type { Mark } from './scenarios.ts';
import { APART_MARK } from './simulated.ts';

const number = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : 'never');

const figuresLine = (figures: Figures): string =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${number(value)}`)
    .join(' · ');

/** None for what is not simulated, and for stock clients. */
function simulationLines(figures: Figures): string[] {
  const simulated = figures['simulated s'];
  if (simulated === undefined) return [];
  const measured = number(figures['last s'] as number);
  const apart = (figures[APART_MARK.figure] as number).toFixed(1);
  return [`  simulated ${number(simulated)} s, measured ${measured} s, ${apart} % apart`];
}

export function runLines(run: RunReport, index: number): string {
  const edges = run.edgeSeconds.map((at) => (at === null ? 'never' : at.toFixed(2))).join(' ');
  const lines = [
    `${run.client} run ${index + 1}: ${figuresLine(run.figures)}`,
    ...simulationLines(run.figures),
  ];
  if (run.edgeSeconds.length > 0) lines.push(`  edges complete after, s: ${edges}`);
  if (run.uploadMs !== undefined) lines.push(`  uploads everywhere after, ms: ${run.uploadMs.join(' ')}`);
  for (const fault of run.faults) lines.push(`  FAULT ${fault}`);
  return lines.join('\n');
}

export interface Summary {
  readonly client: string;
  readonly median: Figures;
  readonly marks: readonly (Mark & { readonly measured: number; readonly isMet: boolean })[];
  readonly faults: number;
}

export function summaryOf(client: string, runs: readonly RunReport[], marks: readonly Mark[]): Summary {
  const median = medianFigures(runs);
  const judged = marks.map((mark) => {
    const measured = median[mark.figure] as number;
    return { ...mark, measured, isMet: measured <= mark.atMost };
  });
  return { client, median, marks: judged, faults: runs.reduce((sum, run) => sum + run.faults.length, 0) };
}

export function summaryLines({ client, median, marks, faults }: Summary): string {
  const lines = [`${client} median: ${figuresLine(median)}`, ...simulationLines(median)];
  for (const { figure, measured, atMost, isMet } of marks)
    lines.push(`  mark ${figure} at most ${atMost}: ${number(measured)}, ${isMet ? 'met' : 'missed'}`);
  if (faults > 0) lines.push(`  ${faults} faults, see above`);
  return lines.join('\n');
}
