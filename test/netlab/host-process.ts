/** A process in a host's namespace: its output in a file, its CPU time from the kernel. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { hostName } from './hosts.ts';

/** USER_HZ, the unit of /proc/PID/stat; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

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
    try {
      const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1');
      // The name in brackets may hold spaces; utime, stime, cutime, cstime are fields 14 to 17 (proc(5)).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      this.#cpuSeconds = ticks / TICKS_PER_SECOND;
    } catch {
      // It is gone.
    }
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
