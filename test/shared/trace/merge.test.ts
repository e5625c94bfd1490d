import { describe, expect, it } from 'vitest';
import { ClockOffset } from '../../../shared/trace/clock-offset.ts';
import { TraceMerge } from '../../../shared/trace/merge.ts';
import { parseTrace } from '../../../shared/trace/parse.ts';
import { endBetween } from '../../../shared/trace/picture.ts';
import type { TraceRecord } from '../../../shared/trace/record.ts';
import { Timeline } from '../../../shared/trace/timeline.ts';
import { makeHeader, writeTrace } from '../../../shared/trace/write.ts';
import { ownLogs } from '../../support/own-logs.ts';
import { tracedRun } from '../../support/traced-run.ts';

const START = 1_700_000_000_000;

const live = (wallMs: number) => makeHeader({ source: 'live', wallMs, scenario: '', seed: 0, command: '' });

/** Nodes whose clocks are an hour apart, told in batches that come late by up to 100 ms. */
function merged(records: readonly TraceRecord[]): { log: TraceRecord[]; merge: TraceMerge } {
  const merge = new TraceMerge(START);
  const logs = ownLogs(records);
  logs.forEach((log, i) => {
    const source = merge.add();
    merge.begin(source, live(START + i * 3_600_000), -i * 3_600_000);
    expect(source).toBe(i);
    expect(log.length).toBeGreaterThan(10);
  });
  const log: TraceRecord[] = [];
  const at = logs.map(() => 0);
  for (let now = 0; at.some((count, i) => count < (logs[i]?.length ?? 0)); now += 100) {
    logs.forEach((own, i) => {
      const lateMs = (i % 3) * 50;
      const batch = own.slice(at[i]).filter((record) => record.t <= now - lateMs);
      at[i] = (at[i] ?? 0) + batch.length;
      merge.append(i, batch);
    });
    log.push(...merge.take(START + now - 200));
  }
  log.push(...merge.take(Number.POSITIVE_INFINITY));
  return { log, merge };
}

describe('merged logs', () => {
  it('are a log like any other, and end in the picture that the swarm had', () => {
    const { header, records } = tracedRun('late-joiner');
    const { log, merge } = merged(records);
    const read = parseTrace(writeTrace(merge.header, log));
    expect(read.refused).toEqual({ count: 0, firstLine: undefined, firstCode: undefined });
    const [whole, told] = [new Timeline(header), new Timeline(merge.header)];
    whole.append(records);
    told.append(read.records);
    const nodesOf = ({ newest }: Timeline) =>
      newest.nodes.map((node) => ({
        name: node.name,
        role: node.role,
        done: node.doneAt,
        sent: node.sent.totalBytes,
        received: node.received.totalBytes,
      }));
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    expect(nodesOf(told).sort(byName)).toEqual(nodesOf(whole).sort(byName));
    expect(told.newest.sets.map((set) => [...set.availability])).toEqual(
      whole.newest.sets.map((set) => [...set.availability]),
    );
    expect(told.newest.ends.size).toBe(whole.newest.ends.size);
    expect(told.newest.endOfPair.size).toBe(whole.newest.endOfPair.size);
  });

  it('a source that is lost has left, and is back when it begins anew; its links are told again', () => {
    const { records } = tracedRun('three-edges');
    const [origin = [], edge = []] = ownLogs(records);
    const merge = new TraceMerge(START);
    for (const _ of [0, 1]) merge.begin(merge.add(), live(START), 0);
    merge.append(0, origin);
    merge.append(1, edge);
    const log = merge.take(START + 60_000);
    merge.lost(1, START + 60_100);
    merge.begin(1, live(START + 61_000), 0);
    merge.append(1, edge);
    merge.begin(0, live(START + 61_000), 0);
    merge.append(0, origin);
    log.push(...merge.take(Number.POSITIVE_INFINITY));
    expect(log.filter(({ type }) => type === 'left' || type === 'back').map(({ type }) => type)).toEqual([
      'left',
      'back',
    ]);
    const read = parseTrace(writeTrace(merge.header, log));
    expect(read.refused.count).toBe(0);
    const timeline = new Timeline(merge.header);
    timeline.append(read.records);
    const ends = [...timeline.newest.ends.values()];
    expect(ends.filter(({ node }) => node === 0)).toHaveLength(3);
    expect(timeline.newest.nodes).toHaveLength(4);
    expect(timeline.newest.sets).toHaveLength(1);
  });

  it('a node that comes back with other limits has those', () => {
    const merge = new TraceMerge(START);
    const source = merge.add();
    const timeline = new Timeline(merge.header);
    for (const [at, upBytesPerSecond] of [
      [0, 1_000],
      [500, 64],
    ] as const) {
      merge.begin(source, live(START + at), 0);
      const peerId = `${at}`.padStart(40, '0');
      merge.append(source, [
        { t: 0, type: 'node', node: 0, name: 'a', role: 'edge', peerId, upBytesPerSecond },
      ]);
      merge.lost(source, START + at + 100);
    }
    timeline.append(merge.take(Number.POSITIVE_INFINITY));
    expect(timeline.newest.nodes).toMatchObject([{ name: 'a', upBytesPerSecond: 64 }]);
  });

  it('a set that is purged and published again is another one, for edges too, who tell of no purge', () => {
    const merge = new TraceMerge(START);
    const [origin, edge] = [merge.add(), merge.add()];
    const infoHash = 'ab'.repeat(20);
    const photo = {
      imageId: '',
      name: 'photo',
      bytes: 1,
      pieceLengthBytes: 16_384,
      pieceCount: 1,
      files: [],
    };
    const set = (t: number, index: number): TraceRecord => ({
      t,
      type: 'set',
      set: index,
      infoHash,
      ...photo,
    });
    const joins = (t: number, index: number, held: string): TraceRecord => {
      return { t, type: 'joined', node: 0, set: index, held, want: 'all' };
    };
    for (const source of [origin, edge]) merge.begin(source, live(START), 0);
    merge.append(origin, [
      { t: 0, type: 'node', node: 0, name: 'origin', role: 'origin', peerId: '01'.repeat(20) },
      set(0, 0),
      joins(0, 0, 'all'),
      { t: 10, type: 'dropped', node: 0, set: 0 },
      { t: 10, type: 'purged', set: 0 },
      set(20, 1),
      joins(20, 1, 'all'),
    ]);
    merge.append(edge, [
      { t: 1, type: 'node', node: 0, name: 'edge', role: 'edge', peerId: '02'.repeat(20) },
      set(1, 0),
      joins(1, 0, 'none'),
      { t: 11, type: 'dropped', node: 0, set: 0 },
      joins(21, 0, 'none'),
      { t: 25, type: 'pieceVerified', node: 0, set: 0, piece: 0 },
    ]);
    const timeline = new Timeline(merge.header);
    timeline.append(merge.take(Number.POSITIVE_INFINITY));
    expect(timeline.newest.sets.map(({ purgedAt, availability }) => [purgedAt, ...availability])).toEqual([
      [10, 0],
      [undefined, 2],
    ]);
  });

  it('a node that is back under another peer id is the one that others have met by then, and their links are to it', () => {
    const merge = new TraceMerge(START);
    const [origin, edge] = [merge.add(), merge.add()];
    for (const source of [origin, edge]) merge.begin(source, live(START), 0);
    const [first, second, own] = ['01', '02', '03'].map((digits) => digits.repeat(20)) as [
      string,
      string,
      string,
    ];
    const linked = (t: number, index: number, peerId: string): TraceRecord[] => [
      { t, type: 'linkOpened', node: 0, link: index, direction: 'outbound' },
      { t, type: 'node', node: index + 1, name: 'somebody', role: 'stranger', peerId },
      { t, type: 'linkReady', node: 0, link: index, peer: index + 1 },
    ];
    const says = (t: number): TraceRecord => {
      return { t, type: 'sent', node: 0, link: 1, kind: 'have', bytes: 9, index: 7 };
    };
    merge.append(origin, [{ t: 0, type: 'node', node: 0, name: 'origin', role: 'origin', peerId: first }]);
    merge.append(edge, [{ t: 0, type: 'node', node: 0, name: 'edge', role: 'edge', peerId: own }]);
    merge.append(edge, linked(1, 0, first));
    merge.lost(origin, START + 10);
    merge.append(edge, [{ t: 10, type: 'linkEnded', node: 0, link: 0, reason: 'remote_closed' }]);
    merge.append(edge, [...linked(20, 1, second), says(21), says(40)]);
    merge.begin(origin, live(START + 30), 0);
    merge.append(origin, [
      { t: 0, type: 'node', node: 0, name: 'origin', role: 'origin', peerId: second },
      { t: 1, type: 'linkOpened', node: 0, link: 0, direction: 'inbound' },
      { t: 1, type: 'node', node: 1, name: 'somebody', role: 'stranger', peerId: own },
      { t: 1, type: 'linkReady', node: 0, link: 0, peer: 1 },
    ]);
    merge.append(edge, [{ t: 50, type: 'optimistic', node: 0, peer: 2 }]);
    const log = merge.take(Number.POSITIVE_INFINITY);
    expect(parseTrace(writeTrace(merge.header, log)).refused.count).toBe(0);
    const timeline = new Timeline(merge.header);
    timeline.append(log);
    const { nodes, ends } = timeline.newest;
    expect(nodes.map(({ isUp }) => isUp)).toEqual([true, true, false]);
    expect([...ends.values()].map(({ node, peer }) => [node, peer])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(endBetween(timeline.newest, 1, 0)?.peer).toBe(0);
    expect(endBetween(timeline.newest, 1, 2)).toBeUndefined();
    expect(nodes[1]?.optimistic).toBe(0);
  });

  it('a node that moves to another address is up, and stays so when the old one falls silent', () => {
    const merge = new TraceMerge(START);
    const [before, after] = [merge.add(), merge.add()];
    const own: TraceRecord = {
      t: 0,
      type: 'node',
      node: 0,
      name: 'a',
      role: 'edge',
      peerId: '01'.repeat(20),
    };
    const opened: TraceRecord = { t: 1, type: 'linkOpened', node: 0, link: 0, direction: 'outbound' };
    merge.begin(before, live(START), 0);
    merge.append(before, [own, opened]);
    merge.begin(after, live(START + 100), 0);
    merge.append(after, [own, opened]);
    merge.lost(before, START + 5_000);
    const timeline = new Timeline(merge.header);
    timeline.append(merge.take(START + 6_000));
    expect(timeline.newest.nodes.map(({ isUp }) => isUp)).toEqual([true]);
    expect(timeline.newest.ends.size).toBe(1);
    merge.lost(after, START + 7_000);
    timeline.append(merge.take(START + 8_000));
    expect(timeline.newest.nodes.map(({ isUp }) => isUp)).toEqual([false]);
    merge.begin(before, live(START + 9_000), 0);
    merge.append(before, [own]);
    timeline.append(merge.take(START + 10_000));
    expect(timeline.newest.nodes.map(({ isUp }) => isUp)).toEqual([true]);
  });

  it('what comes too late is moved to what was taken last, and time never goes back', () => {
    const merge = new TraceMerge(START);
    const source = merge.add();
    merge.begin(source, live(START), 0);
    const peerId = 'ab'.repeat(20);
    merge.append(source, [{ t: 10, type: 'node', node: 0, name: 'a', role: 'edge', peerId }]);
    const other = merge.add();
    expect(merge.take(START + 500).map(({ t }) => t)).toEqual([10]);
    merge.begin(other, live(START), 0);
    merge.append(other, [{ t: 3, type: 'node', node: 0, name: 'b', role: 'edge', peerId: 'cd'.repeat(20) }]);
    expect(merge.take(START + 600).map(({ t }) => t)).toEqual([10]);
  });

  it('what is learnt of a clock holds from then on, and what a source told stays in its order', () => {
    const merge = new TraceMerge(START);
    const source = merge.add();
    // The first batch, how things stand, took four seconds to come.
    merge.begin(source, live(START), 4_000);
    const peerId = 'ab'.repeat(20);
    merge.append(source, [{ t: 0, type: 'node', node: 0, name: 'a', role: 'edge', peerId }]);
    merge.setClock(source, live(START), 10);
    merge.append(source, [{ t: 3_000, type: 'optimistic', node: 0 }]);
    merge.append(source, [{ t: 5_000, type: 'optimistic', node: 0 }]);
    expect(merge.take(Number.POSITIVE_INFINITY).map(({ t }) => t)).toEqual([4_000, 4_000, 5_010]);
  });
});

describe('the offset of a clock', () => {
  it('is told by the batch that took least time, less half a round trip', () => {
    const clock = new ClockOffset(40);
    expect(clock.offsetMs).toBe(0);
    clock.heard(1_000, 6_130);
    clock.heard(2_000, 7_020);
    clock.heard(3_000, 8_500);
    expect(clock.offsetMs).toBe(5_000);
  });

  it('goes by the last half minute: a machine that slept an hour is an hour behind from then on', () => {
    const clock = new ClockOffset(0);
    for (let t = 0; t < 60_000; t += 1_000) clock.heard(t, t + 20);
    const sleptMs = 3_600_000;
    clock.heard(60_000, 60_020 + sleptMs);
    expect(clock.offsetMs).toBe(20 + sleptMs);
    // A path that is slow for some seconds tells nothing of the clock.
    for (let t = 61_000; t < 71_000; t += 1_000) clock.heard(t, t + sleptMs + 5_000);
    expect(clock.offsetMs).toBe(20 + sleptMs);
  });
});
