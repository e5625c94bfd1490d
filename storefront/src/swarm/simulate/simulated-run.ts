/** One run that a worker makes; its log grows until the run is over. */
import { SwarmLog } from '../log/swarm-log.ts';
import type { RunNews, RunOrder } from './sim-messages.ts';

export interface RunWatch {
  /** The log has something to show: up to `untilMs`, or to the end of the run. */
  readonly ready: (log: SwarmLog) => void;
  readonly grew: () => void;
  readonly failed: (why: string) => void;
}

export class SimulatedRun {
  readonly order: RunOrder;
  readonly #worker: Worker;
  readonly #watch: RunWatch;
  readonly #untilMs: number;
  #log: SwarmLog | undefined;
  #isReady = false;

  constructor(order: RunOrder, untilMs: number, watch: RunWatch) {
    this.order = order;
    this.#untilMs = untilMs;
    this.#watch = watch;
    this.#worker = new Worker(new URL('./sim-worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<RunNews>) => this.#heard(data));
    this.#worker.addEventListener('error', () => this.#fail('The simulator could not be started.'));
    this.#worker.postMessage(order);
  }

  /** Nobody looks at it any more. */
  stop(): void {
    this.#worker.terminate();
  }

  #fail(why: string): void {
    this.stop();
    this.#watch.failed(why);
  }

  #heard(news: RunNews): void {
    switch (news.type) {
      case 'begun':
        this.#log = new SwarmLog(news.header, true);
        return;
      case 'records':
        this.#log?.append(news.records);
        this.#log?.clock(news.nowMs);
        this.#tell(news.nowMs >= this.#untilMs);
        return;
      case 'over':
        this.stop();
        if (this.#log !== undefined) this.#log.isOpen = false;
        this.#tell(true);
        return;
      case 'failed':
        this.#fail(news.why);
    }
  }

  #tell(isFarEnough: boolean): void {
    if (this.#log === undefined) return;
    if (this.#isReady) this.#watch.grew();
    else if (isFarEnough) {
      this.#isReady = true;
      this.#watch.ready(this.#log);
    }
  }
}
