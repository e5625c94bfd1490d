/** Two of eight edges upload nothing. They must not slow the others down, and have no advantage of it. */
import type { Lab } from './lab.ts';
import { edgeSeconds, type RunReport, reportOf } from './metrics.ts';
import { publishedFor } from './published.ts';
import type { FanOutShape } from './scenarios.ts';
import type { Behaviour } from './shaped-fleet.ts';
import { withSimulation } from './simulated.ts';
import { spread } from './spread.ts';

const RIDERS = 2;

export async function measureFreeRiders(lab: Lab, shape: FanOutShape): Promise<RunReport> {
  const published = await publishedFor(lab.photos, shape.wanted);
  const { seedUpKbit, edgeLink } = shape;
  const others: Behaviour[] = Array.from({ length: shape.edges - RIDERS }, () => 'honest');
  const riders: Behaviour[] = Array.from({ length: RIDERS }, () => 'free-rider');
  const links = { published, seedUpKbit, edgeLink };
  const without = reportOf(await spread(lab, { ...links, behaviours: others }));
  let uploadedBytes = 0;
  const withRiders = await spread(lab, {
    ...links,
    behaviours: [...others, ...riders],
    check: async ({ edges }) => {
      for (const { client } of edges.slice(others.length))
        uploadedBytes += (await client.status())?.bytes.uploaded ?? 0;
    },
  });
  const numbers = others.map((_, index) => index + 1);
  const report = withSimulation(reportOf(withRiders, numbers), withRiders, RIDERS);
  const lastOther = report.figures['last s'] as number;
  const lastWithout = without.figures['last s'] as number;
  const ridersSeconds = edgeSeconds(withRiders).slice(others.length);
  const firstRider = Math.min(...ridersSeconds.map((at) => at ?? Number.POSITIVE_INFINITY));
  return {
    ...report,
    figures: {
      'others/without riders': lastOther / lastWithout,
      'last other/first rider': lastOther / firstRider,
      'without riders s': lastWithout,
      'first rider s': firstRider,
      ...report.figures,
    },
    faults: [
      ...without.faults,
      ...report.faults,
      ...(uploadedBytes > 0 ? [`the free riders uploaded ${uploadedBytes} bytes`] : []),
    ],
  };
}
