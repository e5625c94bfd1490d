/** A scenario as the flags want it. */
import type { LoadFlags } from './flags.ts';
import { megabits } from './links/link-shape.ts';
import { type Scenario, scenarios } from './scenarios.ts';

export function scenarioOf(flags: LoadFlags): Scenario {
  const scenario = scenarios[flags.scenario] as Scenario;
  const withUp = (link: Scenario['edgeLink'], up: number | undefined) =>
    up === undefined ? link : { ...link, upBytesPerSecond: megabits(up) };
  const prefetch = flags.prefetch ?? scenario.prefetch;
  return {
    ...scenario,
    prefetch,
    // Edges that were started before would hold all of it.
    warmed: prefetch === 'all' ? 'nothing' : scenario.warmed,
    originLink: withUp(scenario.originLink, flags.originUp),
    edgeLink: withUp(scenario.edgeLink, flags.edgeUp),
    visitorsPerSecond: flags.visitors ?? scenario.visitorsPerSecond,
    arrivalsMs: flags.seconds === undefined ? scenario.arrivalsMs : flags.seconds * 1000,
  };
}
