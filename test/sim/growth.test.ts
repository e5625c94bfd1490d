/** Goal: what a host of a simulated swarm costs does not grow with the swarm. Counted and weighed, not timed. */
import { expect, it } from 'vitest';
import { SimHost } from '../../shared/sim/host.ts';
import { CALM } from './calm-fan-out.ts';
import { runGrowth } from './growth.ts';

const SWARM = { ...CALM, sets: 1, mib: 1 / 8, peers: 10 };

interface Cost {
  readonly stepsPerNode: number;
  readonly linksPerNode: number;
  readonly kibPerNode: number;
}

/** Steps of engines, all hosts together, while `run` runs. */
function stepsIn(run: () => void): number {
  const { input } = SimHost.prototype;
  let steps = 0;
  SimHost.prototype.input = function counted(...given) {
    steps++;
    input.apply(this, given);
  };
  try {
    run();
  } finally {
    SimHost.prototype.input = input;
  }
  return steps;
}

function costOf(hosts: number): Cost {
  let cost = { linksPerNode: 0, kibPerNode: 0 };
  const steps = stepsIn(() => {
    runGrowth([{ ...SWARM, hosts }], ({ result, load }) => {
      expect(result.isComplete).toBe(true);
      cost = load;
    });
  });
  return { ...cost, stepsPerNode: steps / hosts };
}

it('four times as many hosts take as many steps each, have as many links and hold as much memory', () => {
  // What is compiled and kept for all hosts is there before it is weighed.
  runGrowth([{ ...SWARM, hosts: 40 }], () => undefined);
  const few = costOf(80);
  const many = costOf(320);
  expect(many.stepsPerNode).toBeLessThan(1.2 * few.stepsPerNode);
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
