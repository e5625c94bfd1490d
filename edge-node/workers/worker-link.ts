/** The edge's end of the channel to one worker. */
import type { Worker } from 'node:cluster';
import type { FromWorker, ToWorker } from './messages.ts';

type Question = { readonly type: 'drop' | 'tell'; readonly number: number };

export class WorkerLink {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, () => void>();
  /** What ended it: an exit code, or the name of a signal. */
  readonly exited: Promise<number | string>;

  constructor(worker: Worker, received: (message: FromWorker) => void) {
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'done') this.#done(message.number);
      else received(message);
    });
    // A channel that breaks; `exit` follows.
    worker.on('error', () => undefined);
    this.exited = new Promise((resolve) =>
      worker.once('exit', (code, signal) => {
        for (const number of [...this.#waiting.keys()]) this.#done(number);
        resolve(signal ?? code);
      }),
    );
  }

  get id(): number {
    return this.#worker.id;
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  send(message: ToWorker): void {
    if (this.#worker.isConnected()) this.#worker.send(message);
  }

  /** Resolves when the worker has done it, or is no more. */
  ask(message: ToWorker & Question): Promise<void> {
    if (this.#worker.isDead()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.set(message.number, resolve);
      this.send(message);
    });
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }

  /** It ends by itself when its channel closes. */
  release(): void {
    if (this.#worker.isConnected()) this.#worker.process.disconnect();
  }

  #done(number: number): void {
    this.#waiting.get(number)?.();
    this.#waiting.delete(number);
  }
}
