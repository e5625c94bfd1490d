/** Modes from their fleets' start to their figures. */
import { type Driven, drive } from './driver/drive.ts';
import { sourcesInTurn } from './driver/sources-in-turn.ts';
import { warm } from './driver/warm.ts';
import { figuresOf } from './mode-figures.ts';
import { ORIGIN } from './nodes/fleet-programs.ts';
import type { LoadFleet, Mode } from './nodes/load-fleet.ts';
import { FleetWatch } from './observe/fleet-watch.ts';
import type { ModeProgress } from './progress.ts';
import type { ModeResult } from './result.ts';
import { type Run, wishOf } from './run.ts';
import { apart, type PlannedRequest } from './traffic/plan.ts';

const SPREAD_LIMIT_MS = 60_000;

/** All of them at once; traffic begins when the last one's fleet is ready. */
export async function runModes(run: Run, modes: readonly Mode[]): Promise<ModeResult[]> {
  const fleets: LoadFleet[] = [];
  const plans = modes.map((_, place) => apart(run.plan, place, modes.length));
  try {
    for (const mode of modes) {
      const fleet = await run.open(mode);
      fleets.push(fleet);
      await prepare(run, fleet);
    }
    const { rehearsalMs = 0 } = run.scenario;
    const first = plans.map((plan) => plan.filter(({ dueMs }) => dueMs < rehearsalMs));
    if (rehearsalMs > 0) run.progress.say(`a rehearsal of ${rehearsalMs / 1000} s`);
    await Promise.all(fleets.map((fleet, place) => driveAt(run, fleet, first[place]!)));
    return await Promise.all(fleets.map((fleet, place) => measured(run, fleet, plans[place]!)));
  } finally {
    await Promise.all(fleets.map((fleet) => fleet.close()));
  }
}

async function prepare(run: Run, fleet: LoadFleet): Promise<void> {
  const { scenario, signal } = run;
  const started = fleet.startEdges();
  if (scenario.warmed === 'nothing') await whenShopsAnswer(run, fleet, started);
  else {
    await started;
    await waitForShops(fleet, signal);
    await warm(run, fleet, scenario.warmed);
  }
}

/** @throws what keeps an edge from starting: its shop would be waited for without an end */
async function whenShopsAnswer(run: Run, fleet: LoadFleet, started: Promise<void>): Promise<void> {
  const { signal, progress } = run;
  const over = new AbortController();
  const failed = new Promise<never>((_, reject) => void started.catch(reject));
  try {
    await Promise.race([waitForShops(fleet, AbortSignal.any([signal, over.signal])), failed]);
  } finally {
    over.abort();
  }
  // Visitors come now; what fails beside them is told. An edge that was ended with the run has not failed.
  started.catch((error) => signal.aborted || progress.fail(error));
}

async function measured(run: Run, fleet: LoadFleet, plan: readonly PlannedRequest[]): Promise<ModeResult> {
  const { scenario, signal, progress } = run;
  const events: NodeJS.Timeout[] = [];
  const told = progress.begin(fleet.mode, plan);
  try {
    const watch = await FleetWatch.start(fleet);
    const before = fleet.cpuSeconds();
    for (const { atMs, what, node } of scenario.events?.(run.edges) ?? []) {
      const act = () => (what === 'kill' ? fleet.kill(node) : fleet.restart(node));
      events.push(setTimeout(() => void act().catch(progress.fail), atMs));
    }
    const driven = await driveAt(run, fleet, plan, told);
    if (scenario.prefetch === 'all' && fleet.mode === 'swarm') await whenComplete(watch, signal);
    await watch.stop();
    const after = fleet.cpuSeconds();
    const cpuSeconds = { origin: after.origin - before.origin, edges: after.edges - before.edges };
    return { ...figuresOf(run, fleet.mode, driven, watch, fleet.relay.told), cpuSeconds };
  } finally {
    told.end();
    for (const timer of events) clearTimeout(timer);
  }
}

/** @param told undefined: what comes counts for nothing */
function driveAt(
  run: Run,
  fleet: LoadFleet,
  plan: readonly PlannedRequest[],
  told?: ModeProgress,
): Promise<Driven> {
  return drive({
    plan,
    wishOf: (request) => wishOf(run, request),
    basesOf: (request) => basesOf(fleet, request),
    shopperIp: fleet.shopperIp,
    timeoutMs: run.timeoutMs,
    signal: run.signal,
    onOutcome: (outcome) => told?.outcome(outcome, fleet.relay.told.at(-1)?.traffic[0]),
  });
}

function basesOf(fleet: LoadFleet, { edge }: PlannedRequest): readonly string[] {
  return sourcesInTurn(
    fleet.shopNodes.map((node) => fleet.urlOf(node)),
    edge,
    fleet.urlOf(ORIGIN),
  );
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
