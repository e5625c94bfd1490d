/**
 * A scenario that runs step by step and tells what happened as records of a log. The same scenario, seed and acts give
 * the same records: so a run can be taken up at any time of it and go another way (branch).
 */
import { seededRandom } from '../random.ts';
import type { TraceHeader, TraceRecord } from '../trace/record.ts';
import { TraceRecorder } from '../trace/recorder.ts';
import { makeHeader } from '../trace/write.ts';
import { perform } from './acts.ts';
import type { SimTorrent } from './content.ts';
import type { SimHost } from './host.ts';
import type { Act, Scenario, TimedAct } from './scenario.ts';
import { Simulation } from './simulation.ts';
import { addPlannedHost, publish, tellFleet } from './staging.ts';

export interface TracedRun {
  readonly header: TraceHeader;
  /** Virtual time. */
  readonly nowMs: number;
  /** Every node that is up, has joined and does not lie has all sets; or the time limit has come. */
  readonly isOver: boolean;
  /** What was done so far, the scenario's own acts among them: with it the run can be made again. */
  readonly acts: readonly TimedAct[];
  /** Lets time pass. @returns what happened since the last call */
  runUntil(ms: number): TraceRecord[];
  /** Does something now. What names nodes that are not there, or makes no sense for them, changes nothing. */
  act(act: Act): void;
  /** Another run of the same seed, at 0, that will do what this one did before `atMs`: there it may go another way. */
  branch(atMs: number): TracedRun;
}

/** @param acts what is done beside the scenario's own, by time */
export function createSimulation(
  scenario: Scenario,
  seed: number,
  acts: readonly TimedAct[] = [],
): TracedRun {
  return new Run(scenario, seed, acts);
}

class Run implements TracedRun {
  readonly header: TraceHeader;
  readonly #scenario: Scenario;
  readonly #simulation: Simulation;
  readonly #torrents: readonly SimTorrent[];
  #records: TraceRecord[] = [];
  readonly #done: TimedAct[] = [];
  #toDo: readonly TimedAct[];

  constructor(scenario: Scenario, seed: number, acts: readonly TimedAct[]) {
    this.#scenario = scenario;
    this.#toDo = [...scenario.acts, ...acts].sort((a, b) => a.atMs - b.atMs);
    this.header = headerOf(scenario, seed);
    const simulation = new Simulation(seed);
    this.#simulation = simulation;
    simulation.recorder = new TraceRecorder({ emit: (record) => this.#records.push(record) });
    this.#torrents = publish(simulation, scenario, seededRandom(seed + 1));
    for (const plan of scenario.hosts) addPlannedHost(simulation, scenario, plan, this.#torrents);
    tellFleet(simulation);
  }

  get nowMs(): number {
    return this.#simulation.events.now;
  }

  get acts(): readonly TimedAct[] {
    return this.#done;
  }

  get isOver(): boolean {
    if (this.nowMs >= this.#scenario.limitMs) return true;
    if (this.#toDo.length > 0) return false;
    return this.#simulation.hosts.every((host) => !host.isUp || !host.isHonest || this.#hasAll(host));
  }

  #hasAll(host: SimHost): boolean {
    return host.held.size === this.#torrents.length && host.isComplete;
  }

  runUntil(ms: number): TraceRecord[] {
    for (let next = this.#toDo[0]; next && next.atMs <= ms; next = this.#toDo[0]) {
      this.#pass(next.atMs);
      this.#toDo = this.#toDo.slice(1);
      this.#perform(next);
    }
    this.#pass(ms);
    const records = this.#records;
    this.#records = [];
    return records;
  }

  #pass(ms: number): void {
    this.#simulation.runUntil(() => false, Math.max(0, ms - this.nowMs));
  }

  act(act: Act): void {
    this.#perform({ ...act, atMs: this.nowMs });
  }

  #perform(act: TimedAct): void {
    this.#done.push(act);
    perform(this.#simulation, this.#scenario, this.#torrents, act);
  }

  branch(atMs: number): TracedRun {
    const done = this.#done.filter((act) => act.atMs < atMs);
    const own = new Set<TimedAct>(this.#scenario.acts);
    return new Run(
      this.#scenario,
      this.#simulation.seed,
      done.filter((act) => !own.has(act)),
    );
  }
}

function headerOf(scenario: Scenario, seed: number): TraceHeader {
  const bytes = scenario.sets.reduce(
    (sum, { files }) => sum + files.reduce((own, file) => own + file.bytes, 0),
    0,
  );
  const seedUpBytesPerSecond = scenario.hosts[0]?.upBytesPerSecond ?? 0;
  return makeHeader({
    source: 'simulation',
    wallMs: 0,
    scenario: scenario.name,
    seed,
    command: `npm run sim -- --trace FILE --scenario ${scenario.name} --seed ${seed}`,
    bound: { bytes, seedUpBytesPerSecond },
  });
}
