/**
 * Says what is watched: a scenario that is simulated, a recording, a fleet. And does something to a simulated run:
 * whoever acts at a moment makes another run that is the same up to there, and both stay.
 */
import type { Act, TimedAct } from '../../../shared/sim/scenario.ts';
import { type DemoControl, findControl } from '../demo/demo-control.ts';
import { createStore } from '../store.ts';
import { demoActor } from './live/demo-actor.ts';
import { LiveFleet } from './live/live-fleet.ts';
import type { Actor } from './log/actor.ts';
import type { Branch } from './log/branch.ts';
import type { SwarmLog } from './log/swarm-log.ts';
import type { Selection } from './share/url-state.ts';
import { branchWords } from './simulate/act-words.ts';
import { offeredActs } from './simulate/offered-acts.ts';
import { SimulatedRun } from './simulate/simulated-run.ts';
import { fetchRecording, openRecording } from './source/recording.ts';
import { fitSpeed } from './time/fit-speed.ts';
import { FOLLOW_BEHIND_MS, type TimeControl } from './time/time-control.ts';
import type { Viewer } from './viewer.ts';

/** What is open, as an address names it. */
export type Subject =
  | { readonly kind: 'scenario'; readonly name: string; readonly seed: number }
  | { readonly kind: 'recording'; readonly name: string }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'fleet'; readonly address: string };

/** Where and how an opened run begins. */
export interface Opening {
  readonly time?: Partial<TimeControl>;
  readonly acts?: readonly TimedAct[];
  readonly selection?: Selection;
}

/** So much of a run is made before it is shown: enough to see how fast its blocks are. */
const FIRST_SHOWN_MS = 1_000;

export class Director {
  readonly subject = createStore<Subject | undefined>(undefined);
  /** In words for the watcher; undefined while all is well. */
  readonly problem = createStore<string | undefined>(undefined);
  readonly isBusy = createStore(false);
  readonly #viewer: Viewer;
  readonly #runs = new Map<Branch, SimulatedRun>();
  #nextId = 1;
  /** What was asked for last; answers to anything before come too late. */
  #asked = 0;
  #stopFleet: (() => void) | undefined;

  readonly #simulator: Actor = {
    hint: 'It happens at the moment that is shown; the run as it was stays beside it.',
    offers: offeredActs,
    perform: (act) => this.#act(act),
  };

  constructor(viewer: Viewer) {
    this.#viewer = viewer;
  }

  openScenario(name: string, seed: number, opening: Opening = {}): void {
    this.#begin({ kind: 'scenario', name, seed });
    const acts = opening.acts ?? [];
    this.#simulate(name, seed, acts, Math.max(FIRST_SHOWN_MS, opening.time?.atMs ?? 0), (branch) =>
      this.#open(branch, opening),
    );
  }

  async openRecording(name: string, opening: Opening = {}): Promise<void> {
    const asked = this.#begin({ kind: 'recording', name });
    await this.#show(asked, fetchRecording(name), 'as recorded', opening);
  }

  openFleet(address: string): void {
    const asked = this.#begin({ kind: 'fleet', address });
    let branch: Branch | undefined;
    const control = isOwn(address) ? findControl(address) : undefined;
    const fleet = new LiveFleet(address, {
      ready: async (log) => {
        const actor = this.#demoActor(await control, log);
        if (asked !== this.#asked) return;
        this.isBusy.set(false);
        branch = { id: this.#nextId++, kind: 'live', label: 'live', log, ...(actor && { actor }) };
        this.#viewer.open(branch, { atMs: Math.max(0, log.endMs - FOLLOW_BEHIND_MS) });
        this.#viewer.follow();
      },
      grew: () => branch && this.#viewer.logGrew(branch),
      failed: (why) => asked === this.#asked && this.#failed(why),
    });
    this.#stopFleet = () => fleet.stop();
  }

  #demoActor(control: DemoControl | null | undefined, log: SwarmLog): Actor | undefined {
    if (!control) return undefined;
    return demoActor(control, log, {
      busy: (isBusy) => this.isBusy.set(isBusy),
      ended: (problem) => this.problem.set(problem),
    });
  }

  async openFile(file: File): Promise<void> {
    const asked = this.#begin({ kind: 'file', name: file.name });
    await this.#show(asked, openRecording(file), file.name, {});
  }

  async #show(
    asked: number,
    loading: ReturnType<typeof fetchRecording>,
    label: string,
    opening: Opening,
  ): Promise<void> {
    try {
      const log = await loading;
      if (asked !== this.#asked) return;
      this.isBusy.set(false);
      this.#open({ id: this.#nextId++, kind: 'recording', label, log }, opening);
    } catch (error) {
      if (asked === this.#asked) this.#failed(error instanceof Error ? error.message : String(error));
    }
  }

  #act(act: Act): void {
    const branch = this.#viewer.branch.get();
    const run = branch && this.#runs.get(branch);
    if (branch === undefined || run === undefined) return;
    const timed: TimedAct = { ...act, atMs: Math.round(this.#viewer.time.get().atMs) };
    const acts = [...run.order.acts.filter(({ atMs }) => atMs <= timed.atMs), timed];
    const nodes = branch.log.newest.nodes;
    const label = branchWords(timed, (node) => nodes[node]?.name ?? `node ${node}`);
    this.isBusy.set(true);
    this.#simulate(
      run.order.scenario,
      run.order.seed,
      acts,
      timed.atMs + 1,
      (made) => this.#viewer.add(made),
      label,
    );
  }

  #open(branch: Branch, { time, selection }: Opening): void {
    this.#viewer.open(branch, { speed: fitSpeed(branch.log.flights), ...time });
    if (selection !== undefined) this.#viewer.select(selection);
  }

  /** What was done in the run that is shown, beside its scenario's own acts. */
  actsOf(branch: Branch | undefined): readonly TimedAct[] {
    return (branch && this.#runs.get(branch)?.order.acts) ?? [];
  }

  #simulate(
    scenario: string,
    seed: number,
    acts: readonly TimedAct[],
    untilMs: number,
    ready: (branch: Branch) => void,
    label = acts.length === 0 ? 'as planned' : 'as shared',
  ): void {
    const asked = this.#asked;
    let branch: Branch | undefined;
    const run = new SimulatedRun({ scenario, seed, acts }, untilMs, {
      ready: (log) => {
        if (asked !== this.#asked) return run.stop();
        this.isBusy.set(false);
        branch = { id: this.#nextId++, kind: 'simulation', label, log, actor: this.#simulator };
        this.#runs.set(branch, run);
        ready(branch);
      },
      grew: () => branch && this.#viewer.logGrew(branch),
      failed: (why) => asked === this.#asked && this.#failed(why),
    });
  }

  #begin(subject: Subject): number {
    for (const run of this.#runs.values()) run.stop();
    this.#runs.clear();
    this.#stopFleet?.();
    this.#stopFleet = undefined;
    this.subject.set(subject);
    this.problem.set(undefined);
    this.isBusy.set(true);
    return ++this.#asked;
  }

  #failed(why: string): void {
    this.isBusy.set(false);
    this.problem.set(why);
  }
}

/** Only of the demo that served this page: another one lets it do nothing. */
const isOwn = (address: string): boolean =>
  URL.canParse(address) && new URL(address).origin === location.origin;
