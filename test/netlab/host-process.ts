/** A process in a host's namespace: its output in a file, its CPU time from the kernel. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { cpuSecondsOf } from '../support/processes.ts';
import { hostName } from './hosts.ts';

export class HostProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly logPath: string;
  #cpuSeconds = 0;

  constructor(host: number, command: readonly string[], logPath: string, folder?: string) {
    this.logPath = logPath;
    const log = openSync(logPath, 'a');
    // `ip netns exec` becomes the command: the process id is its own.
    this.#child = spawn('ip', ['netns', 'exec', hostName(host), ...command], {
      stdio: ['ignore', log, log],
      ...(folder === undefined ? {} : { cwd: folder }),
    });
    closeSync(log);
    this.#exited = new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Since its start, all threads and the children it has waited for; what was last read once it is gone. */
  cpuSeconds(): number {
    this.#cpuSeconds = cpuSecondsOf(this.#child.pid as number) ?? this.#cpuSeconds;
    return this.#cpuSeconds;
  }

  /** Resolves when it has ended by itself. */
  ended(): Promise<void> {
    return this.#exited;
  }

  /** It stands still, and its connections with it. */
  stop(): void {
    this.#child.kill('SIGSTOP');
  }

  /** Notes its CPU time first. */
  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.cpuSeconds();
    if (this.isAlive) this.#child.kill(signal);
    await this.#exited;
  }

  /** The end of what it printed, for a message about a failure. */
  tail(): string {
    return readFileSync(this.logPath, 'utf8').slice(-1500);
  }
}
