/** Figures of a fleet that is watched: they are about what was published last, and not about days. */
import { describe, expect, it } from 'vitest';
import type { TraceRecord } from '../../../../shared/trace/record.ts';
import { makeHeader } from '../../../../shared/trace/write.ts';
import { SwarmLog } from '../../../../storefront/src/swarm/log/swarm-log.ts';
import { figuresOf } from '../../../../storefront/src/swarm/meters/figures-of.ts';

const KIB = 1024;
const HEADER = makeHeader({ source: 'live', wallMs: 0, scenario: '', seed: 0, command: '' });

type Rates = { readonly upBytesPerSecond?: number; readonly downBytesPerSecond?: number };

function fleet(rates: Rates = {}, originRates: Rates = {}): TraceRecord[] {
  return [
    { t: 0, type: 'node', node: 0, name: 'origin', role: 'origin', peerId: 'o', ...originRates },
    { t: 0, type: 'node', node: 1, name: 'alba', role: 'edge', peerId: 'a', ...rates },
    { t: 0, type: 'node', node: 2, name: 'boca', role: 'edge', peerId: 'b', ...rates },
  ];
}

/** Published at `t`; both edges want its one piece. */
function published(t: number, set: number): TraceRecord[] {
  const file = { name: '640.avif', bytes: 16 * KIB, firstPiece: 0, pieceCount: 1 };
  const about = { infoHash: `${set}`, imageId: `${set}`, name: `${set}`, files: [file] };
  const size = { bytes: 16 * KIB, pieceLengthBytes: 16 * KIB, pieceCount: 1 };
  return [
    { t, type: 'set', set, ...about, ...size },
    { t, type: 'joined', node: 0, set, held: 'all', want: 'none' },
    { t, type: 'joined', node: 1, set, held: 'none', want: 'all' },
    { t, type: 'joined', node: 2, set, held: 'none', want: 'all' },
  ];
}

const verified = (t: number, node: number, set: number): TraceRecord => ({
  t,
  type: 'pieceVerified',
  node,
  set,
  piece: 0,
});

function logOf(...records: TraceRecord[]): SwarmLog {
  const log = new SwarmLog(HEADER, true);
  log.append(records);
  return log;
}

describe('the figures of a fleet', () => {
  it('who looks while nothing is under way sees no figure', () => {
    expect(figuresOf(logOf(...fleet()), 0)).toMatchObject({ copyBytes: 0, edgesDone: 2, boundMs: undefined });
  });

  it('are about what was published since everybody last had everything, from then on', () => {
    const log = logOf(
      ...fleet(),
      ...published(1_000, 0),
      verified(1_200, 1, 0),
      verified(1_500, 2, 0),
      ...published(60_000, 1),
      verified(60_100, 1, 1),
      ...published(60_200, 2),
      verified(60_300, 2, 1),
    );
    expect(figuresOf(log, 1_300)).toMatchObject({ copyBytes: 16 * KIB, edgesDone: 1, doneMs: undefined });
    expect(figuresOf(log, 30_000)).toMatchObject({ beganMs: 1_000, edgesDone: 2, doneMs: 500 });
    // The third was published while an edge lacked the second: both are one matter.
    const last = figuresOf(log, 60_300);
    expect(last).toMatchObject({ beganMs: 60_000, copyBytes: 32 * KIB, edgesDone: 0, doneMs: undefined });
    expect(last.verifiedShare).toBeCloseTo(0.5, 6);
  });

  it('an edge that is gone keeps nobody waiting', () => {
    const log = logOf(...fleet(), ...published(1_000, 0), verified(1_200, 1, 0), {
      t: 1_300,
      type: 'left',
      node: 2,
    });
    expect(figuresOf(log, 1_300)).toMatchObject({ edges: 1, edgesDone: 1, doneMs: 200 });
  });

  it('limits that nodes were started with make the Kumar-Ross bound; without any there is none', () => {
    const slow = { upBytesPerSecond: 8 * KIB, downBytesPerSecond: 32 * KIB };
    const of = (...records: TraceRecord[]) => figuresOf(logOf(...records, ...published(0, 0)), 0);
    expect(of(...fleet()).boundMs).toBeUndefined();
    // Its own line holds each edge up: 16 KiB at 32 KiB/s.
    expect(of(...fleet(slow))).toMatchObject({ boundMs: 500, originOnlyMs: 500 });
    // Two copies through 8 + 8 + 8 KiB/s; the origin sends one at 8 KiB/s.
    expect(of(...fleet(slow, { upBytesPerSecond: 8 * KIB }))).toMatchObject({
      boundMs: 2_000,
      originOnlyMs: 4_000,
    });
  });
});
