/**
 * Goal: one seed gives one run, in any order of runs and on any machine. Sums, products, quotients and square roots are
 * exact by IEEE 754; powers, logarithms and the like may differ in their last bit, so nothing that a run depends on
 * may use them. Time stands on a grid (event-queue.ts).
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FanOut, runFanOut } from './fan-out.ts';

const root = path.resolve(import.meta.dirname, '../..');
const RUN_BY_THEM = [
  'test/sim',
  'shared/sim',
  'shared',
  'shared/engine',
  'shared/picker',
  'shared/choker',
  'shared/wire',
];
/** What only reads flags, writes reports, or runs on the outside of a run. */
const OUTSIDE = new Set(['main.ts', 'plot.ts', 'report.ts']);

const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

const fanOut: FanOut = {
  hosts: 12,
  sets: 3,
  mib: 2,
  upKbit: 20_000,
  downKbit: 40_000,
  seedUpKbit: 20_000,
  rttMs: 20,
  seed: 9,
  liars: 1,
  freeRiders: 1,
  kill: 1,
  peers: 6,
  queueKib: 256,
  frames: true,
};

describe('a run replays', () => {
  it('the same seed gives the same fan-out, to the last verified piece', () => {
    const first = runFanOut(fanOut);
    expect(runFanOut({ ...fanOut, seed: 10 })).not.toEqual(first);
    expect(runFanOut(fanOut)).toEqual(first);
  });

  it('nothing that a run depends on uses a function whose last bit is up to the machine, a clock or chance', () => {
    const inexact =
      /Math\.(exp|expm1|log|log1p|log10|pow|sin|cos|tan|tanh|cbrt|hypot|random)\b|Date\.now|performance\.now/;
    const wrong = RUN_BY_THEM.flatMap((folder) =>
      readdirSync(path.join(root, folder))
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !OUTSIDE.has(name))
        .filter((name) => inexact.test(withoutComments(readFileSync(path.join(root, folder, name), 'utf8'))))
        .map((name) => `${folder}/${name}`),
    );
    expect(wrong).toEqual([]);
  });
});
