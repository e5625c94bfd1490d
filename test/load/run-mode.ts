/** One mode from its fleet's start to its figures. */
import { drive } from './driver/drive.ts';
import { warm } from './driver/warm.ts';
import { figuresOf } from './mode-figures.ts';
import type { LoadFleet, Mode } from './nodes/load-fleet.ts';
import { FleetWatch } from './observe/fleet-watch.ts';
import type { ModeResult } from './result.ts';
import { type Run, wishOf } from './run.ts';
import type { PlannedRequest } from './traffic/plan.ts';

const SPREAD_LIMIT_MS = 60_000;

export async function runMode(run: Run, mode: Mode): Promise<ModeResult> {
  const { scenario, plan, signal, progress } = run;
  const fleet = await run.open(mode);
  const events: NodeJS.Timeout[] = [];
  try {
    if (scenario.warmed === 'nothing') void fleet.startEdges().catch(progress.fail);
    else await fleet.startEdges();
    await waitForShops(fleet, signal);
    if (scenario.warmed !== 'nothing') await warm(run, fleet, scenario.warmed);
    const watch = await FleetWatch.start(fleet);
    const before = fleet.cpuSeconds();
    for (const { atMs, what, node } of scenario.events?.(run.edges) ?? []) {
      const act = () => (what === 'kill' ? fleet.kill(node) : fleet.restart(node));
      events.push(setTimeout(() => void act().catch(progress.fail), atMs));
    }
    progress.begin(mode, plan);
    const driven = await drive({
      plan,
      wishOf: (request) => wishOf(run, request),
      basesOf: (request) => basesOf(fleet, request),
      shopperIp: run.shopperIp,
      timeoutMs: run.timeoutMs,
      signal,
      onOutcome: (outcome) => progress.outcome(outcome, fleet.relay.told.at(-1)?.traffic[0]),
    });
    if (scenario.prefetch === 'all' && mode === 'swarm') await whenComplete(watch, signal);
    await watch.stop();
    const after = fleet.cpuSeconds();
    const cpuSeconds = { origin: after.origin - before.origin, edges: after.edges - before.edges };
    progress.end();
    return { ...figuresOf(run, mode, driven, watch, fleet.relay.told), cpuSeconds };
  } finally {
    for (const timer of events) clearTimeout(timer);
    await fleet.close();
  }
}

/** A visitor whose edge is away is sent to the next, as a balancer with health checks would. */
function basesOf(fleet: LoadFleet, { edge }: PlannedRequest): readonly string[] {
  const nodes = fleet.shopNodes;
  return [0, 1, 2]
    .slice(0, nodes.length)
    .map((step) => fleet.urlOf(nodes[(edge + step) % nodes.length] as number));
}

async function waitForShops(fleet: LoadFleet, signal: AbortSignal): Promise<void> {
  if (!fleet.tellsStatus) return;
  const isUp = async () => {
    const all = await Promise.all(fleet.shopNodes.map((node) => fleet.statusOf(node)));
    return all.every((status) => status !== undefined && status.log.number > 0);
  };
  while (!signal.aborted && !(await isUp())) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function whenComplete(watch: FleetWatch, signal: AbortSignal): Promise<void> {
  const endMs = Date.now() + SPREAD_LIMIT_MS;
  while (!signal.aborted && Date.now() < endMs && watch.completeAtMs === undefined)
    await new Promise((resolve) => setTimeout(resolve, 100));
}
