import { describe, expect, it } from 'vitest';
import type { Image } from '../../shared/api-types/catalog.ts';
import { type RunReport, reportOf } from './metrics.ts';
import { runLines } from './report.ts';
import { type SeenSpread, startsOf, withSimulation } from './simulated.ts';

const FIRST_MS = 1_000_000;
const RENDITIONS = [40_000, 90_000, 170_000];
const SETS = 4;
const totalBytes = SETS * RENDITIONS.reduce((sum, bytes) => sum + bytes, 0);
const image = { renditions: RENDITIONS.map((bytes) => ({ bytes })) } as unknown as Image;

/** Edges that were first sent something so long after the seed's first 32 KiB; all complete after so many seconds. */
function seenSpread(startsMs: readonly number[], doneSeconds: number): SeenSpread {
  const link = { upKbit: 8_000, downKbit: 16_000 };
  return {
    client: 'shoal',
    totalBytes,
    links: [link, ...startsMs.map(() => link)],
    beginMs: FIRST_MS - 500,
    doneAtMs: startsMs.map(() => FIRST_MS + doneSeconds * 1000),
    cpuSeconds: 1,
    hosts: [{ upBytes: totalBytes, downBytes: 0, drops: 0, firstMs: FIRST_MS }],
    published: { dataFolder: '', totalBytes, images: Array.from({ length: SETS }, () => image) },
    sentBySeed: startsMs.flatMap((at, index) => [
      { atMs: FIRST_MS + at, bytes: 1_514, toHost: index + 2 },
      { atMs: FIRST_MS + at + 900, bytes: 1_514, toHost: index + 2 },
    ]),
  };
}

function simulated(seen: SeenSpread, riders = 0): RunReport['figures'] {
  return withSimulation(reportOf(seen), seen, riders).figures;
}

describe('a measured spread beside its simulation', () => {
  it("an edge begins when the seed first sent it something, at the earliest with the seed's first 32 KiB", () => {
    expect(startsOf(seenSpread([-30, 0, 250], 2))).toEqual([0, 0, 250]);
    expect(startsOf({ ...seenSpread([100], 2), sentBySeed: [] })).toEqual([0]);
  });

  it('an edge that began seconds later is done that much later in the simulation, too', () => {
    const together = simulated(seenSpread([0, 0, 0], 2))['simulated s'] as number;
    const oneLate = simulated(seenSpread([0, 0, 5_000], 2))['simulated s'] as number;
    expect(together).toBeGreaterThan(1.2);
    expect(together).toBeLessThan(3);
    expect(oneLate).toBeGreaterThan(5);
  });

  it('free riders are the last edges, and nobody waits for them', () => {
    expect(simulated(seenSpread([0, 0, 0, 9_000], 2), 1)['simulated s']).toBeLessThan(5);
    expect(simulated(seenSpread([0, 0, 9_000, 0], 2), 1)['simulated s']).toBeGreaterThan(9);
  });

  it('tells both times and how far they are apart, as a share of what was measured', () => {
    const seconds = simulated(seenSpread([0, 0, 0], 2))['simulated s'] as number;
    const seen = seenSpread([0, 0, 0], seconds * 1.25);
    const report = withSimulation(reportOf(seen), seen, 0);
    expect(report.figures['simulated apart, %']).toBeCloseTo(20, 1);
    const [simulatedText, measuredText] = [seconds.toFixed(2), (seconds * 1.25).toFixed(2)];
    expect(runLines(report, 0)).toContain(
      `simulated ${simulatedText} s, measured ${measuredText} s, 20.0 % apart`,
    );
  });

  it('an edge that was never complete leaves nothing to compare', () => {
    const seen = seenSpread([0, 0], 2);
    expect(simulated({ ...seen, doneAtMs: [undefined, seen.doneAtMs[1]] })['simulated apart, %']).toBeNaN();
  });
});
