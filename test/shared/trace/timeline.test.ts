import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random.ts';
import { createSimulation } from '../../../shared/sim/create-simulation.ts';
import { scenarioNamed } from '../../../shared/sim/scenarios.ts';
import { endBetween, PIECE, type Picture, type View } from '../../../shared/trace/picture.ts';
import type { TraceHeader, TraceRecord } from '../../../shared/trace/record.ts';
import { Timeline } from '../../../shared/trace/timeline.ts';
import { runToEnd, tracedRun } from '../../support/traced-run.ts';

/** All of it as text: what two pictures must share to be the same. */
function textOf(picture: View<Picture>): string {
  return JSON.stringify(picture, (_, value: unknown) => {
    if (value instanceof Map) return [...value];
    if (value instanceof Uint8Array || value instanceof Uint16Array) return [...value];
    if (typeof value === 'object' && value !== null && 'copy' in value) {
      const { totalBytes, bytesPerSecond } = value as unknown as {
        totalBytes: number;
        bytesPerSecond(t: number): number;
      };
      return [totalBytes, bytesPerSecond.call(value, picture.t)];
    }
    return value;
  });
}

function timelineOf({ header, records }: { header: TraceHeader; records: readonly TraceRecord[] }): Timeline {
  const timeline = new Timeline(header);
  timeline.append(records);
  return timeline;
}

/** With everything that may happen: kills, restarts, cuts, a liar, a free rider. */
function stormyRun(seed: number) {
  const scenario = scenarioNamed('fan-out');
  if (!scenario) throw new Error('no scenario');
  const run = createSimulation(scenario, seed, [
    { atMs: 700, act: 'kill', node: 2 },
    { atMs: 900, act: 'lie', node: 4 },
    { atMs: 1_000, act: 'cut', node: 3, peer: 5 },
    { atMs: 1_500, act: 'add', count: 2 },
    { atMs: 1_600, act: 'restart', node: 2 },
    { atMs: 2_000, act: 'freeRide', node: 6 },
    { atMs: 2_500, act: 'slow', node: 7, times: 5 },
    { atMs: 3_000, act: 'mend', node: 3, peer: 5 },
  ]);
  return { header: run.header, records: runToEnd(run) };
}

describe('the same log gives the same picture at the same time, whichever way it was reached', () => {
  it.each([1, 2, 3])('seeking anywhere is replaying from the start (seed %i)', (seed) => {
    const log = stormyRun(seed);
    expect(log.records.length).toBeGreaterThan(20_000);
    const random = seededRandom(seed);
    const timeline = timelineOf(log);
    for (let i = 0; i < 25; i++) {
      const t = random.fraction() * timeline.endMs;
      const replayed = new Timeline(log.header);
      replayed.append(log.records.filter((record) => record.t <= t));
      const step = replayed.newest;
      expect(textOf(timeline.pictureAt(t)), `seed ${seed}, t ${t}`).toBe(textOf({ ...step, t }));
    }
  });

  it('nor does it matter in which parts the log came', () => {
    const log = tracedRun('a-liar');
    const whole = timelineOf(log);
    const parts = new Timeline(log.header);
    const random = seededRandom(5);
    for (let at = 0; at < log.records.length; ) {
      const count = 1 + random.integer(700);
      parts.append(log.records.slice(at, at + count));
      at += count;
      parts.pictureAt(random.fraction() * parts.endMs);
    }
    expect(textOf(parts.pictureAt(parts.endMs / 2))).toBe(textOf(whole.pictureAt(whole.endMs / 2)));
  });

  it('a picture is not changed by one that is looked at later', () => {
    const timeline = timelineOf(tracedRun('three-edges'));
    const first = textOf(timeline.pictureAt(1_000));
    timeline.pictureAt(timeline.endMs);
    timeline.pictureAt(10);
    expect(textOf(timeline.pictureAt(1_000))).toBe(first);
  });
});

describe('the picture', () => {
  let timeline: Timeline;
  beforeAll(() => {
    timeline = timelineOf(tracedRun('free-riders'));
  });

  it('before anything happened is empty, and at the end all hold all', () => {
    expect(timeline.pictureAfter(0).nodes).toEqual([]);
    const { nodes, sets, ends } = timeline.pictureAt(timeline.endMs);
    for (const node of nodes.slice(1)) {
      const holding = node.holdings.get(0);
      expect(
        [...(holding?.pieces ?? [])].every((piece) => piece >= PIECE.verified),
        node.name,
      ).toBe(true);
      expect(node.doneAt).toBeGreaterThan(10_000);
      expect(node.received.totalBytes).toBe((sets[0]?.bytes ?? 0) + node.wastedBytes);
    }
    expect([...(sets[0]?.availability ?? [])].every((count) => count === nodes.length)).toBe(true);
    expect([...ends.values()].every(({ due }) => due.size === 0)).toBe(true);
  });

  it('never has a block due of a peer that is not linked, nor a count that differs from its blocks', () => {
    for (let i = 1; i <= 40; i++) {
      const picture = timeline.pictureAt((timeline.endMs * i) / 40);
      const due = new Map<string, number>();
      for (const end of picture.ends.values()) {
        for (const { set, piece } of end.due.values()) {
          const key = `${end.node} ${set} ${piece}`;
          due.set(key, (due.get(key) ?? 0) + 1);
        }
      }
      for (const node of picture.nodes)
        for (const holding of node.holdings.values())
          holding.due.forEach((count, piece) => {
            expect(count).toBe(due.get(`${node.index} ${holding.set} ${piece}`) ?? 0);
          });
    }
  });

  it('what one end chokes, the other is choked by, but for what is on its way', () => {
    // A tenth of a second after the last change nothing is on its way.
    const { ends } = timeline.pictureAt(timeline.endMs + 100);
    for (const end of ends.values()) {
      const far = endBetween(timeline.pictureAt(timeline.endMs + 100), end.peer ?? -1, end.node);
      expect(far?.isChokedBy, `${end.node} to ${end.peer}`).toBe(end.amChoking);
    }
  });

  it('shows slots, an optimistic one among them, and rounds with their ranking', () => {
    const { nodes } = timeline.pictureAt(15_000);
    const withRound = nodes.filter(({ round }) => round !== undefined);
    expect(withRound.length).toBeGreaterThan(0);
    for (const { round } of withRound) {
      expect(round?.ranking.filter(({ unchoked }) => unchoked).length).toBeLessThanOrEqual(4);
      expect(round?.ranking.filter(({ optimistic }) => optimistic).length).toBeLessThanOrEqual(1);
    }
  });
});
