/** Goal: what a host of a simulated swarm costs does not grow with the swarm. Counted and weighed, not timed. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SimHost } from '../../shared/sim/host.ts';
import { CALM } from './calm-fan-out.ts';
import { runGrowth } from './growth.ts';
import type { Weighed } from './growth-weighed.ts';

const SWARM = { ...CALM, sets: 1, mib: 1 / 8, peers: 10 };

function stepsPerNode(hosts: number): number {
  const { input } = SimHost.prototype;
  let steps = 0;
  SimHost.prototype.input = function counted(...given) {
    steps++;
    input.apply(this, given);
  };
  try {
    runGrowth([{ ...SWARM, hosts }], ({ result }) => expect(result.isComplete).toBe(true));
  } finally {
    SimHost.prototype.input = input;
  }
  return steps / hosts;
}

/**
 * In a process of its own, interpreted: what other tests left is collected in the middle of a run, and code that V8
 * optimised holds on to the hosts of the run before. Either way one figure in ten was off by half; so, none by 1 %.
 */
function weighed(...hosts: readonly number[]): Weighed[] {
  const program = fileURLToPath(new URL('../../dist/test/sim/growth-weighed.js', import.meta.url));
  return JSON.parse(
    execFileSync(process.execPath, ['--jitless', program, ...hosts.map(String)], { encoding: 'utf8' }),
  );
}

it('four times as many hosts take as many steps each', () => {
  expect(stepsPerNode(320)).toBeLessThan(1.2 * stepsPerNode(80));
});

it('four times as many hosts have as many links and hold as much memory each', () => {
  // What is compiled and kept for all hosts is there after the first.
  const [, few, many] = weighed(40, 80, 320);
  if (few === undefined || many === undefined) throw new Error('a run is missing');
  expect([few.isComplete, many.isComplete]).toEqual([true, true]);
  expect(many.linksPerNode).toBeLessThan(1.1 * few.linksPerNode);
  // With a table of all hosts' ids in each of them it was 10 KiB more.
  expect(many.kibPerNode).toBeLessThan(few.kibPerNode + 5);
});

it('the tracker is asked again for each set after the time that it tells', () => {
  const announcesPerSecond = (announceSeconds: number): number => {
    const slow = { upKbit: 200, downKbit: 400, seedUpKbit: 200 };
    const [point] = runGrowth([{ ...SWARM, ...slow, hosts: 4, mib: 1, announceSeconds }], () => undefined);
    expect(point?.result.isComplete).toBe(true);
    return point?.load.announcesPerSecond ?? 0;
  };
  expect(announcesPerSecond(5)).toBeGreaterThan(3 * announcesPerSecond(60));
});
