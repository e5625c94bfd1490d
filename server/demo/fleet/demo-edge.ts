/** One edge of the demo: its process comes and goes, its name, address and data folder stay. */
import type {
  DemoEdge as DemoEdgeAnswer,
  DemoEdgeState,
  RateLimits,
} from '../../../shared/api-types/demo.ts';
import type { NodeStatus } from '../../../shared/api-types/status.ts';
import { UserError } from '../../../shared/errors.ts';
import { type DemoProcess, type ProcessEnd, startProcess } from '../child-process.ts';
import { freePort } from '../free-port.ts';
import { untilReady } from '../until-ready.ts';

export interface DemoEdgeOptions {
  readonly name: string;
  /** The edge's program. */
  readonly script: string;
  readonly originUrl: string;
  readonly dataFolder: string;
  readonly logFile: string;
  /** Others are taken when these are not free. */
  readonly port: number;
  readonly peerPort: number;
  /** Its process ended, and nobody had asked for it. */
  readonly onUnasked: (end: ProcessEnd) => void;
}

/** An edge that is busy answers late; the page asks again. */
const STATUS_WITHIN_MS = 1_000;
const NO_LIMITS: RateLimits = { upBytesPerSecond: 0, downBytesPerSecond: 0 };

export class DemoEdge {
  readonly name: string;
  readonly logFile: string;
  readonly #options: DemoEdgeOptions;
  #port: number;
  #peerPort: number;
  #state: DemoEdgeState = 'stopped';
  #limits = NO_LIMITS;
  #process: DemoProcess | undefined;
  /** Somebody asked for the end that comes next. */
  #isAsked = false;
  /** It is to start again when it has ended. */
  #isRestarting = false;
  #isClosed = false;
  /** How often it was started: what an earlier start still waits for is no longer its business. */
  #lives = 0;

  constructor(options: DemoEdgeOptions) {
    this.#options = options;
    this.name = options.name;
    this.logFile = options.logFile;
    this.#port = options.port;
    this.#peerPort = options.peerPort;
  }

  get state(): DemoEdgeState {
    return this.#state;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /**
   * @returns whether it became ready; false when it ended before
   * @throws UserError `demo_edge_state`, at once
   */
  start(): Promise<boolean> {
    if (this.#hasProcess()) throw this.#wrongState('It runs already.');
    if (this.#isClosed) return Promise.resolve(false);
    this.#state = 'starting';
    this.#isAsked = false;
    return this.#live(++this.#lives);
  }

  /** @throws UserError `demo_edge_state` */
  stop(): void {
    this.#mustRun();
    this.#isRestarting = false;
    this.#drain();
  }

  /**
   * Answers when it is gone.
   * @throws UserError `demo_edge_state`
   */
  async kill(): Promise<void> {
    if (!this.#hasProcess()) throw this.#wrongState('It does not run.');
    this.#isRestarting = false;
    this.#isAsked = true;
    if (this.#process === undefined) this.#state = 'killed';
    else await this.#process.kill();
  }

  /** Limits are flags of its process: one that runs is stopped and started again with them. */
  limit(limits: RateLimits): void {
    if (this.#state === 'draining') throw this.#wrongState('It is about to end.');
    this.#limits = limits;
    if (!this.#hasProcess()) return;
    this.#isRestarting = true;
    this.#drain();
    if (this.#process === undefined) this.#again();
  }

  async describe(): Promise<DemoEdgeAnswer> {
    const status = this.#state === 'running' ? await statusOf(this.url) : undefined;
    const { name, url, state } = this;
    return { name, url, state, limits: this.#limits, status: status ?? null };
  }

  /** For good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isAsked = true;
    this.#isRestarting = false;
    await this.#process?.stop();
  }

  async #live(life: number): Promise<boolean> {
    this.#port = await freePort(this.#port);
    this.#peerPort = await freePort(this.#peerPort);
    // Asked to end before it began.
    if (life !== this.#lives || this.#isAsked) return false;
    let child: DemoProcess;
    try {
      child = startProcess(this.#options.script, this.#flags(), {}, this.logFile);
    } catch {
      // No room for its log, or no process left: the page says so, and it can be tried again.
      this.#state = 'failed';
      return false;
    }
    this.#process = child;
    void child.ended.then((end) => this.#ended(end));
    const isReady = await untilReady(this.url, () => this.#process !== child || this.#isAsked);
    if (isReady) this.#state = 'running';
    return isReady;
  }

  #drain(): void {
    this.#isAsked = true;
    this.#state = this.#process === undefined ? 'stopped' : 'draining';
    void this.#process?.stop();
  }

  #ended(end: ProcessEnd): void {
    this.#process = undefined;
    const wasAsked = this.#isAsked;
    if (end.signal === 'SIGKILL') this.#state = 'killed';
    else this.#state = wasAsked || end.code === 0 ? 'stopped' : 'failed';
    if (!wasAsked) this.#options.onUnasked(end);
    if (this.#isRestarting) this.#again();
  }

  #again(): void {
    this.#isRestarting = false;
    void this.start();
  }

  #hasProcess(): boolean {
    return this.#state === 'starting' || this.#state === 'running' || this.#state === 'draining';
  }

  #mustRun(): void {
    if (this.#state !== 'starting' && this.#state !== 'running')
      throw this.#wrongState(this.#state === 'draining' ? 'It is about to end.' : 'It does not run.');
  }

  #wrongState(detail: string): UserError {
    return new UserError('demo_edge_state', 409, `${this.name}: ${detail}`);
  }

  #flags(): readonly string[] {
    const { originUrl, dataFolder } = this.#options;
    const { upBytesPerSecond, downBytesPerSecond } = this.#limits;
    const where = ['--host', '127.0.0.1', '--port', `${this.#port}`, '--peer-port', `${this.#peerPort}`];
    const who = ['--origin', originUrl, '--advertise-ip', '127.0.0.1', '--name', this.name];
    const rates = ['--up-rate', `${upBytesPerSecond}`, '--down-rate', `${downBytesPerSecond}`];
    return [...where, ...who, '--prefetch', 'all', '--data', dataFolder, ...rates];
  }
}

async function statusOf(url: string): Promise<NodeStatus | undefined> {
  try {
    const answer = await fetch(`${url}/status`, { signal: AbortSignal.timeout(STATUS_WITHIN_MS) });
    return answer.ok ? ((await answer.json()) as NodeStatus) : undefined;
  } catch {
    return undefined;
  }
}
