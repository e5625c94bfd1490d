import { describe, expect, it } from 'vitest';
import type { RecordOf, TraceHeader, TraceRecord } from '../../../../shared/trace/record.ts';
import { Timeline } from '../../../../shared/trace/timeline.ts';
import { makeHeader } from '../../../../shared/trace/write.ts';
import { LogMerger } from '../../../../storefront/src/swarm/live/merge-logs.ts';

const header = (wallMs: number): TraceHeader =>
  makeHeader({ source: 'live', wallMs, scenario: '', seed: 0, command: '' });
const node = (t: number, index: number, name: string, role: RecordOf<'node'>['role']): RecordOf<'node'> => ({
  t,
  type: 'node',
  node: index,
  name,
  role,
  peerId: name.repeat(5),
});
const set = (t: number, index: number): RecordOf<'set'> => ({
  t,
  type: 'set',
  set: index,
  infoHash: 'ab'.repeat(20),
  imageId: '',
  name: 'chair',
  bytes: 32_768,
  pieceLengthBytes: 16_384,
  pieceCount: 2,
  files: [{ name: '320.avif', bytes: 32_768, firstPiece: 0, pieceCount: 2 }],
});

/** The origin's log begins a second before the edge's; each calls itself 0 and the other 1. */
const originLog: readonly TraceRecord[] = [
  node(0, 0, 'origin', 'origin'),
  node(0, 1, 'oslo', 'stranger'),
  set(0, 0),
  { t: 0, type: 'joined', node: 0, set: 0, held: 'all', want: 'all' },
  { t: 1_010, type: 'linkOpened', node: 0, link: 0, direction: 'inbound' },
  { t: 1_010, type: 'linkReady', node: 0, link: 0, peer: 1 },
  { t: 1_500, type: 'blockSent', node: 0, link: 0, set: 0, piece: 1, block: 0, bytes: 16_384 },
];
const edgeLog: readonly TraceRecord[] = [
  node(0, 0, 'oslo', 'edge'),
  node(5, 1, 'origin', 'stranger'),
  set(5, 0),
  { t: 6, type: 'joined', node: 0, set: 0, held: 'none', want: 'all' },
  { t: 8, type: 'linkOpened', node: 0, link: 0, direction: 'outbound' },
  { t: 9, type: 'linkReady', node: 0, link: 0, peer: 1 },
  { t: 520, type: 'pieceVerified', node: 0, set: 0, piece: 1 },
];

const self = (log: readonly TraceRecord[]) => log[0] as RecordOf<'node'>;

function merged(): LogMerger {
  return new LogMerger([
    { header: header(50_000), self: self(originLog) },
    { header: header(51_000), self: self(edgeLog) },
  ]);
}

describe('the logs of a fleet become one', () => {
  it('a node is its peer id, a set its info-hash, a link an end of its own, in whatever order logs come', () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const merger = merged();
      for (const source of order) merger.add(source, source === 0 ? originLog : edgeLog);
      const timeline = new Timeline(header(merger.startMs));
      timeline.append(merger.take(Number.POSITIVE_INFINITY));
      const picture = timeline.pictureAt(2_000);
      expect(picture.nodes.map(({ name, role }) => `${name} ${role}`)).toEqual([
        'origin origin',
        'oslo edge',
      ]);
      expect(picture.sets).toHaveLength(1);
      expect([...(picture.sets[0]?.availability ?? [])]).toEqual([1, 2]);
      expect([...picture.ends.values()].map(({ node: own, peer }) => [own, peer]).sort()).toEqual([
        [0, 1],
        [1, 0],
      ]);
    }
  });

  it('times are of the nodes’ wall clocks, and never go back', () => {
    const merger = merged();
    merger.add(1, edgeLog);
    const first = merger.take(1_200);
    merger.add(0, originLog);
    const second = merger.take(2_000);
    expect(first.find(({ type }) => type === 'linkOpened')?.t).toBe(1_008);
    expect(second.find(({ type }) => type === 'blockSent')?.t).toBe(1_500);
    const times = [...first, ...second].map(({ t }) => t);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(merger.newestMs).toBe(1_520);
  });

  it('what names something that its log did not introduce is left out', () => {
    const merger = merged();
    merger.add(0, [
      { t: 1, type: 'choked', node: 0, link: 9 },
      { t: 1, type: 'joined', node: 0, set: 4, held: 'none', want: 'all' },
    ]);
    expect(merger.take(10).map(({ type }) => type)).toEqual(['node', 'node']);
  });
});
