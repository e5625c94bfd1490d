import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../../shared/sim/scenarios.ts';
import { parseTrace } from '../../../shared/trace/parse.ts';
import { Timeline } from '../../../shared/trace/timeline.ts';
import { writeTrace } from '../../../shared/trace/write.ts';
import { namedRun, runToEnd, tracedRun } from '../../support/traced-run.ts';

function endOf(name: string) {
  const { header, records } = tracedRun(name);
  const timeline = new Timeline(header);
  timeline.append(records);
  const picture = timeline.pictureAt(timeline.endMs);
  const doneOf = (role: string) =>
    picture.nodes.filter((node) => node.role === role).map((node) => node.doneAt ?? Number.POSITIVE_INFINITY);
  const copies = picture.sets.map((set) => set.originBytes / set.bytes);
  return { records, picture, doneOf, copies };
}

describe('scenarios', () => {
  it.each(SCENARIOS.map(({ name }) => name))(
    '%s: every honest edge completes, and its log is sound',
    (name) => {
      const { header, records } = tracedRun(name);
      const read = parseTrace(writeTrace(header, records));
      expect(read.refused.count).toBe(0);
      const timeline = new Timeline(header);
      timeline.append(records);
      for (const node of timeline.newest.nodes)
        if (node.role === 'edge' || node.role === 'freeRider')
          expect(node.doneAt, node.name).toBeGreaterThan(0);
    },
  );

  it('free-riders: who gives nothing is done last', () => {
    const { doneOf } = endOf('free-riders');
    expect(Math.min(...doneOf('freeRider'))).toBeGreaterThan(Math.max(...doneOf('edge')));
  });

  it('a-liar: its pieces fail, and every edge that it lied to bans it', () => {
    const { records, picture } = endOf('a-liar');
    const liar = picture.nodes.find(({ role }) => role === 'liar');
    expect(records.filter(({ type }) => type === 'pieceFailed').length).toBeGreaterThan(0);
    const bans = picture.nodes.flatMap(({ banned }) => [...banned.keys()]);
    expect(bans.length).toBeGreaterThan(3);
    expect(new Set(bans)).toEqual(new Set([liar?.index]));
  });

  it('super-seeding: one copy leaves the origin with it, nearly two without', () => {
    expect(endOf('super-seeding-on').copies[0]).toBeLessThan(1.1);
    expect(endOf('super-seeding-off').copies[0]).toBeGreaterThan(1.5);
  });

  it('end-game: blocks are asked for twice, and what comes second is cancelled', () => {
    const { records } = endOf('end-game');
    expect(
      records.filter((record) => record.type === 'sent' && record.kind === 'cancel').length,
    ).toBeGreaterThan(5);
  });

  it('late-joiner: takes from all others', () => {
    const { records, picture } = endOf('late-joiner');
    const late = picture.nodes.length - 1;
    const from = new Set(
      records.flatMap((record) =>
        record.type === 'blockReceived' && record.node === late ? record.link : [],
      ),
    );
    expect(from.size).toBeGreaterThanOrEqual(4);
  });
});

describe('a run', () => {
  it('gives the same records for the same seed, in whatever steps it is run', () => {
    const first = runToEnd(namedRun('a-liar', 7));
    const other = namedRun('a-liar', 7);
    const records = [...other.runUntil(33), ...other.runUntil(1_234.5)];
    while (!other.isOver) records.push(...other.runUntil(other.nowMs + 777));
    const shared = Math.min(first.length, records.length);
    expect(records.slice(0, shared)).toEqual(first.slice(0, shared));
    expect(runToEnd(namedRun('a-liar', 8))).not.toEqual(first);
  });

  it('branches: the same up to the moment, another way from there', () => {
    const run = namedRun('three-edges', 3);
    const before = run.runUntil(800);
    run.act({ act: 'kill', node: 1 });
    const after = run.runUntil(1_500);
    const branch = run.branch(800);
    expect(branch.runUntil(800)).toEqual(before);
    branch.act({ act: 'slow', node: 1, times: 5 });
    const otherAfter = branch.runUntil(1_500);
    expect(otherAfter).not.toEqual(after);
    const again = run.branch(1_500);
    expect([...again.runUntil(800), ...again.runUntil(1_500)].length).toBe(before.length + after.length);
    expect(again.acts).toEqual(run.acts);
  });

  it('acts of all kinds leave a sound log, and everybody who is up completes', () => {
    const run = namedRun('fan-out', 2);
    const records = run.runUntil(800);
    for (const act of [
      { act: 'kill', node: 1 },
      { act: 'add', count: 3 },
      { act: 'slow', node: 3, times: 3 },
      { act: 'cut', node: 4, peer: 5 },
      { act: 'freeRide', node: 6 },
      { act: 'lie', node: 7 },
      { act: 'kill', node: 99 },
      { act: 'cut', node: 2, peer: 99 },
    ] as const) {
      run.act(act);
      records.push(...run.runUntil(run.nowMs + 200));
    }
    run.act({ act: 'restart', node: 1 });
    records.push(...runToEnd(run));
    const read = parseTrace(writeTrace(run.header, records));
    expect(read.refused.count).toBe(0);
    const timeline = new Timeline(read.header);
    timeline.append(read.records);
    const { nodes } = timeline.newest;
    expect(nodes).toHaveLength(12);
    expect(nodes[6]?.role).toBe('freeRider');
    expect(nodes[7]?.role).toBe('liar');
    for (const node of nodes.slice(1))
      if (node.role !== 'liar') expect(node.doneAt, node.name).toBeGreaterThan(0);
  });

  it('an act names the node as it is in the log', () => {
    const run = namedRun('three-edges');
    run.runUntil(500);
    run.act({ act: 'kill', node: 2 });
    const [act, left] = run.runUntil(500);
    expect(act).toEqual({ t: 500, type: 'act', act: 'kill', node: 2 });
    expect(left).toEqual({ t: 500, type: 'left', node: 2 });
  });
});
