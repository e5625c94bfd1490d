/** One worker: a child process with a memory limit, killed when it misbehaves. It never outlives its origin. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { InternalError, UserError } from '../../shared/errors.ts';
import { WORKER_KEEP_MEMORY_BYTES } from './limits.ts';
import { residentBytes } from './resident-bytes.ts';
import { type Ladder, type LadderJob, type WorkerMessage, workerMessage } from './worker/protocol.ts';

export interface WorkerOptions {
  /** The compiled `worker/main`; tests, which run from the sources, compile one of their own. */
  readonly modulePath: string;
  readonly memoryLimitBytes: number;
  /** For one photo. */
  readonly timeoutMs: number;
}

/** Beside this file, compiled like it. */
export const WORKER_MODULE_PATH = fileURLToPath(new URL('./worker/main.js', import.meta.url));

/** A decoder that runs away takes about 1 GB/s: between two looks it gains no more than the belt allows. */
const MEMORY_WATCH_MS = 50;
/** Of what a worker writes to stderr, only the end is kept: a hostile photo can make libvips chatter. */
const MAX_STDERR_CHARACTERS = 2_000;
/** Loading sharp and trying AVIF takes 0.2 s on a quiet machine. */
const START_TIMEOUT_MS = 30_000;
/**
 * The kernel's own limit (RLIMIT_DATA) stands so far above the watched one: reaching it fails an allocation. It
 * also counts what Node and its encoders reserve and do not use, some 300 MB.
 */
const DATA_LIMIT_MARGIN_BYTES = 512 * 1_048_576;

/** How libvips, its encoders and V8 say that an allocation failed. */
const OUT_OF_MEMORY = /out of memory|alloc/i;

interface Running {
  readonly resolve: (ladder: Ladder) => void;
  readonly reject: (error: Error) => void;
  readonly progress: (done: number, total: number) => void;
}

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #options: WorkerOptions;
  #running: Running | undefined;
  #started: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #isOver = false;
  #stderr = '';
  /** Resolves with the exit code or the signal's name. */
  readonly exited: Promise<string>;

  private constructor(options: WorkerOptions) {
    this.#options = options;
    this.#child = spawnWorker(options);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR_CHARACTERS);
    });
    this.#child.on('message', (message) => this.#heard(message));
    this.exited = new Promise((resolve) => {
      this.#child.on('exit', (code, signal) => {
        resolve(String(code ?? signal));
        this.#ended(`exit ${code ?? signal}`);
      });
    });
    this.#child.on('error', (error) => this.#ended(error.message));
  }

  /** @throws InternalError when the worker does not come up, e.g. because sharp cannot write AVIF */
  static async start(options: WorkerOptions): Promise<WorkerProcess> {
    const worker = new WorkerProcess(options);
    const timer = setTimeout(() => worker.stop(), START_TIMEOUT_MS);
    try {
      await new Promise<void>((resolve, reject) => {
        worker.#started = { resolve, reject };
      });
    } finally {
      clearTimeout(timer);
    }
    return worker;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** False when it ended, or holds so much memory that a new one should take its place. */
  get isFit(): boolean {
    return !this.#isOver && residentBytes(this.#child.pid) < WORKER_KEEP_MEMORY_BYTES;
  }

  /**
   * One job at a time.
   * @throws UserError `upload_damaged`, `upload_too_many_pixels`, `upload_too_costly`; Node's error for a full disk
   */
  async run(job: LadderJob, progress: (done: number, total: number) => void): Promise<Ladder> {
    const watch = setInterval(() => {
      if (residentBytes(this.#child.pid) > this.#options.memoryLimitBytes) this.stop();
    }, MEMORY_WATCH_MS);
    const timer = setTimeout(() => this.stop(), this.#options.timeoutMs);
    try {
      return await new Promise<Ladder>((resolve, reject) => {
        this.#running = { resolve, reject, progress };
        if (this.#isOver) this.#ended('already ended');
        else this.#child.send(job, (error) => error && this.#ended(error.message));
      });
    } finally {
      clearInterval(watch);
      clearTimeout(timer);
      this.#running = undefined;
    }
  }

  /** Kills it at once. @param reason what a job under way fails with; default: `upload_too_costly` */
  stop(reason: Error = tooCostly()): void {
    // Not fit from now on, though the kernel takes a moment to end it.
    this.#isOver = true;
    this.#running?.reject(reason);
    this.#child.kill('SIGKILL');
  }

  /** Cuts the channel, as the end of this process would: the worker ends itself. */
  disconnect(): void {
    this.#child.disconnect();
  }

  #heard(message: unknown): void {
    const parsed = workerMessage.safeParse(message);
    if (!parsed.success) {
      this.stop(new InternalError('the ingest worker said something unknown'));
      return;
    }
    this.#take(parsed.data);
  }

  #take(message: WorkerMessage): void {
    if (message.type === 'ready') this.#started?.resolve();
    else if (message.type === 'rendition') this.#running?.progress(message.done, message.total);
    else if (message.type === 'done') this.#running?.resolve(message.ladder);
    else if (message.type === 'refused')
      this.#running?.reject(new UserError(message.code, 422, message.message));
    else if (OUT_OF_MEMORY.test(message.message)) this.stop();
    else this.#running?.reject(Object.assign(new InternalError(message.message), { code: message.errno }));
  }

  /** A decoder that crashes was crashed by the photo: by its size (failed allocation) or by its bytes. */
  #ended(how: string): void {
    this.#isOver = true;
    this.#started?.reject(new InternalError(`the ingest worker did not start: ${how} ${this.#stderr}`));
    this.#running?.reject(tooCostly());
  }
}

function tooCostly(): UserError {
  return new UserError(
    'upload_too_costly',
    422,
    'The photo wants more memory or time than the origin gives one; export it smaller or in another format.',
  );
}

/** `sh` sets the limits, then becomes Node: the channel's descriptor passes through. */
function spawnWorker(options: WorkerOptions): ChildProcess {
  const command = [process.execPath, '--max-old-space-size=256', options.modulePath];
  const limitKib = Math.ceil((options.memoryLimitBytes + DATA_LIMIT_MARGIN_BYTES) / 1024);
  const [file, ...args] = existsSync('/bin/sh')
    ? ['/bin/sh', '-c', `ulimit -c 0; ulimit -d ${limitKib}; exec "$@"`, 'sh', ...command]
    : command;
  return spawn(file as string, args, {
    // Nothing of the origin's environment: the admin token may stand in it.
    env: {
      VIPS_BLOCK_UNTRUSTED: '1',
      UV_THREADPOOL_SIZE: String(Math.max(2, Math.min(4, availableParallelism()))),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
  });
}
