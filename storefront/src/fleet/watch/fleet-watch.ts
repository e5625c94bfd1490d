/** Asks for the fleet each second while somebody looks: the demo's control where there is one, else the origin. */
import { announce } from '../../announce.ts';
import { type DemoControl, findControl } from '../../demo/demo-control.ts';
import { createStore } from '../../store.ts';
import { type ListedEdge, type ListedFleet, parseDemoFleet, parseOriginFleet } from './parse-fleet.ts';
import { RateBook, type Rates } from './rate-book.ts';

export interface ShownEdge extends ListedEdge {
  /** The newest last. */
  readonly rates: readonly Rates[];
}

export interface ShownFleet {
  readonly edges: readonly ShownEdge[];
  readonly edgesMax: number;
  /** undefined: this origin is not the demo's, or the demo does not answer. */
  readonly control: DemoControl | undefined;
}

export type FleetState =
  | { readonly kind: 'asking' }
  /** Nobody answers, and nothing is known. */
  | { readonly kind: 'failed' }
  | { readonly kind: 'shown'; readonly fleet: ShownFleet; readonly isStale: boolean };

const ASK_EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 5_000;

export class FleetWatch {
  readonly state = createStore<FleetState>({ kind: 'asking' });
  readonly #rates = new RateBook();
  /** undefined: not asked yet. */
  #control: DemoControl | null | undefined;
  #asking: Promise<void> | undefined;

  start(): void {
    const ask = () => {
      if (!document.hidden) void this.refresh();
    };
    ask();
    setInterval(ask, ASK_EVERY_MS);
    document.addEventListener('visibilitychange', ask);
  }

  /** What is under way is waited for and asked again: it may be older than what was just done. */
  async refreshAfterAct(): Promise<void> {
    await this.#asking;
    await this.refresh();
  }

  refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    const control = await this.#findControl();
    const demo = await this.#askDemo(control);
    // A demo that does not answer may have another address when it is back.
    if (control !== undefined && demo === undefined) this.#control = undefined;
    const listed = demo ?? parseOriginFleet(await answerOf('/api/edges'), performance.now());
    if (listed !== undefined) this.#show(listed, demo === undefined ? undefined : control);
    else this.#keep();
  }

  async #findControl(): Promise<DemoControl | undefined> {
    if (this.#control === undefined) this.#control = await findControl(location.origin);
    return this.#control ?? undefined;
  }

  async #askDemo(control: DemoControl | undefined): Promise<ListedFleet | undefined> {
    const answer = await control?.fleet();
    return answer?.ok ? parseDemoFleet(answer.value) : undefined;
  }

  #show({ edges, edgesMax, atMs, toldEveryMs }: ListedFleet, control: DemoControl | undefined): void {
    const shown = edges.map((edge) => ({
      ...edge,
      rates: this.#rates.note(`${edge.name} ${edge.url}`, edge.figures, atMs, toldEveryMs),
    }));
    const before = this.state.get();
    if (before.kind === 'shown') tellChanges(before.fleet.edges, shown);
    this.state.set({ kind: 'shown', fleet: { edges: shown, edgesMax, control }, isStale: false });
  }

  #keep(): void {
    const before = this.state.get();
    if (before.kind === 'shown') this.state.set({ ...before, isStale: true });
    else this.state.set({ kind: 'failed' });
  }
}

function tellChanges(before: readonly ListedEdge[], now: readonly ListedEdge[]): void {
  const states = new Map(before.map(({ name, state }) => [name, state]));
  const changed = now.filter(({ name, state }) => states.get(name) !== state);
  if (changed.length > 0) announce(changed.map(({ name, state }) => `${name}: ${state}`).join(', '));
}

/** undefined: no answer, or none that is right. */
async function answerOf(path: string): Promise<unknown> {
  try {
    const response = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}
