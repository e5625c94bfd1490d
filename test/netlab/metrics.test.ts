import { describe, expect, it } from 'vitest';
import { boundSeconds, medianFigures, reportOf, type Spread } from './metrics.ts';
import { summaryOf } from './report.ts';

const edge = { upKbit: 20_000, downKbit: 40_000 };
const links = Array.from({ length: 9 }, () => edge);
const totalBytes = 32 * 2 ** 20;

function spreadOf(doneSeconds: readonly (number | undefined)[]): Spread {
  const firstMs = 1_000_000;
  const seed = { upBytes: 1.5 * totalBytes, downBytes: 0, drops: 0, firstMs };
  const doneAtMs = doneSeconds.map((at) => (at === undefined ? undefined : firstMs + at * 1000));
  return {
    client: 'shoal',
    totalBytes,
    links,
    beginMs: firstMs - 600,
    doneAtMs,
    cpuSeconds: 7,
    hosts: [seed],
  };
}

describe('figures of a spread', () => {
  it('the bound of the usual fan-out is 13.4 s: the seed has to send every byte once', () => {
    expect(boundSeconds({ totalBytes, links })).toBeCloseTo(13.42, 2);
  });

  it("the clock starts with the seed's first 32 KiB; what was before is start-up", () => {
    const { figures, edgeSeconds } = reportOf(spreadOf([14, 16, 18]));
    expect(edgeSeconds).toEqual([14, 16, 18]);
    expect(figures['last s']).toBeCloseTo(18);
    expect(figures['start-up s']).toBeCloseTo(0.6);
    expect(figures['mean/bound']).toBeCloseTo(16 / 13.42, 2);
    expect(figures.copies).toBeCloseTo(1.5);
  });

  it('an edge that was never complete is a fault and no mark is met by it', () => {
    const report = reportOf(spreadOf([14, undefined]));
    expect(report.faults).toHaveLength(1);
    const { marks, faults } = summaryOf('shoal', [report], [{ figure: 'last/bound', atMost: 100 }]);
    expect([marks[0]?.isMet, faults]).toEqual([false, 1]);
  });

  it('edges that do not count may be away', () => {
    const { figures, faults } = reportOf(spreadOf([14, undefined, 40]), [1]);
    expect([faults.length, figures['last s']]).toEqual([0, 14]);
  });

  it('a mark is judged by the median of the runs', () => {
    const runs = [15, 13.5, 99].map((last) => reportOf(spreadOf([last])));
    expect(medianFigures(runs)['last s']).toBeCloseTo(15);
    expect(summaryOf('shoal', runs, [{ figure: 'last/bound', atMost: 1.2 }]).marks[0]?.isMet).toBe(true);
  });
});
