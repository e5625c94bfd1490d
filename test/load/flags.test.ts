import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../shared/node/config/parse-flags.ts';
import { joinCompared, LOAD_COMMAND } from './flags.ts';
import { scenarioOf } from './scenario-of.ts';
import { scenarios } from './scenarios.ts';

const parsed = (...given: string[]) => parseFlags(LOAD_COMMAND, joinCompared(given), {});

function values(...given: string[]) {
  const result = parsed(...given);
  if (result.type !== 'run') throw new Error(result.type === 'wrong' ? result.message : result.text);
  return result.values;
}

describe('flags', () => {
  test('none is needed: a flash sale at eight edges, by all three modes', () => {
    expect(values()).toMatchObject({
      scenario: 'flash-sale',
      modes: ['origin', 'pull', 'swarm'],
      edges: 8,
      seed: 1,
    });
  });

  test.each([
    [['--scenario', 'black-friday'], '--scenario wants one of: flash-sale'],
    [['--modes', 'origin,push'], '--modes wants some of: origin, pull, swarm'],
    [['--edges', '0'], '--edges wants a whole number'],
    [['--products', '10'], '--products wants a whole number from 11'],
    [['--against', 'shop'], '--against wants a URL'],
    [['--colour'], "unknown option '--colour'"],
  ])('%j is one clear line', (given, message) => {
    const result = parsed(...given);
    expect(result.type).toBe('wrong');
    expect((result as { message: string }).message).toContain(message);
    expect((result as { message: string }).message).not.toContain('\n');
  });

  test('modes run in the order in which they are named, each once', () => {
    expect(values('--modes', 'swarm,pull,swarm').modes).toEqual(['swarm', 'pull']);
    expect(values('--modes', 'swarm,pull').modes).toEqual(['swarm', 'pull']);
  });

  test('two files are compared', () => {
    expect(values('--compare', '/a.json', '/b.json', '--out', tmpdir())).toMatchObject({
      compare: ['/a.json', '/b.json'],
      out: tmpdir(),
    });
    expect(parsed('--compare', '/a.json').type).toBe('wrong');
  });

  test('rates and times override those of the scenario', () => {
    const scenario = scenarioOf(values('--origin-up', '5', '--edge-up', '7', '--seconds', '3'));
    expect(scenario.originLink.upBytesPerSecond).toBe(625_000);
    expect(scenario.edgeLink.upBytesPerSecond).toBe(875_000);
    expect(scenario.arrivalsMs).toBe(3_000);
    expect(scenario.visitorsPerSecond).toBe(12);
    expect(scenarioOf(values('--visitors', '4')).visitorsPerSecond).toBe(4);
  });
});

test.each(Object.entries(scenarios))(
  '%s: nodes that something happens to are there, and start again',
  (_, scenario) => {
    for (const edges of [1, 2, 8]) {
      const alive = new Set(Array.from({ length: edges + 1 }, (_, node) => node));
      for (const { node, what } of [...(scenario.events?.(edges) ?? [])].sort((a, b) => a.atMs - b.atMs)) {
        expect(node).toBeLessThanOrEqual(edges);
        expect(alive.has(node)).toBe(what === 'kill');
        if (what === 'kill') alive.delete(node);
        else alive.add(node);
      }
      expect(alive.size).toBe(edges + 1);
    }
  },
);
