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
import { branchWords } from './simulate/act-words.ts';
import { offeredActs } from './simulate/offered-acts.ts';
import { SimulatedRun } from './simulate/simulated-run.ts';
import { fetchRecording, openRecording } from './source/recording.ts';
import type { Opening, Subject } from './subject.ts';
import { fitSpeed } from './time/fit-speed.ts';
import { FOLLOW_BEHIND_MS } from './time/time-control.ts';
import type { Viewer } from './viewer.ts';
import { nameOf } from './words/sentences.ts';

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
  /** What is on the screen: it stays until what was asked for is there. */
  #shown: Subject | undefined;
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

  openFleet(given: string): void {
    const address = given.replace(/\/+$/, '');
    const asked = this.#begin({ kind: 'fleet', address });
    let branch: Branch | undefined;
    const control = isOwn(address) ? findControl(address) : undefined;
    const isOurs = () =>
      branch === undefined ? asked === this.#asked : branch === this.#viewer.branch.get();
    const fleet = new LiveFleet(address, {
      ready: async (log) => {
        const actor = this.#demoActor(await control, log);
        if (!isOurs()) return fleet.stop();
        if (branch === undefined) this.#settle();
        this.#stopFleet = () => fleet.stop();
        branch = { id: this.#nextId++, kind: 'live', label: 'live', log, ...(actor && { actor }) };
        this.#viewer.open(branch, { atMs: Math.max(0, log.endMs - FOLLOW_BEHIND_MS) });
        this.#viewer.follow();
      },
      grew: () => branch && this.#viewer.logGrew(branch),
      failed: (why) => isOurs() && this.#failed(why),
      // Who looks into the past keeps it.
      goesOn: () => isOurs() && this.#viewer.time.get().isFollowing,
    });
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
      this.#settle();
      this.#open({ id: this.#nextId++, kind: 'recording', label, log }, opening);
    } catch (error) {
      if (asked === this.#asked) this.#failed(error instanceof Error ? error.message : String(error));
    }
  }

  #act(act: Act): void {
    const branch = this.#viewer.branch.get();
    const run = branch && this.#runs.get(branch);
    if (branch === undefined || run === undefined) return;
    const timed: TimedAct = { ...act, atMs: Math.ceil(this.#viewer.time.get().atMs) };
    const acts = [...run.order.acts.filter(({ atMs }) => atMs <= timed.atMs), timed];
    const label = branchWords(timed, (node) => nameOf(branch.log.newest, node));
    this.isBusy.set(true);
    this.#simulate(
      run.order.scenario,
      run.order.seed,
      acts,
      timed.atMs + 1,
      // The moment is between two milliseconds, and what was done is to be seen.
      (made) => this.#viewer.add(made, timed.atMs),
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
        if (this.subject.get() === this.#shown) this.isBusy.set(false);
        else this.#settle();
        branch = { id: this.#nextId++, kind: 'simulation', label, log, actor: this.#simulator };
        this.#runs.set(branch, run);
        ready(branch);
      },
      grew: () => branch && this.#viewer.logGrew(branch),
      failed: (why) => asked === this.#asked && this.#failed(why),
    });
  }

  #begin(subject: Subject): number {
    this.subject.set(subject);
    this.problem.set(undefined);
    this.isBusy.set(true);
    return ++this.#asked;
  }

  /** What was asked for is there: what was shown before ends. */
  #settle(): void {
    for (const run of this.#runs.values()) run.stop();
    this.#runs.clear();
    this.#stopFleet?.();
    this.#stopFleet = undefined;
    this.#shown = this.subject.get();
    this.isBusy.set(false);
  }

  /** What was shown goes on. */
  #failed(why: string): void {
    this.subject.set(this.#shown);
    this.isBusy.set(false);
    this.problem.set(why);
  }
}

/** Only of the demo that served this page: another one lets it do nothing. */
const isOwn = (address: string): boolean =>
  URL.canParse(address) && new URL(address).origin === location.origin;
