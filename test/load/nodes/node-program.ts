/** One process of a run: its output in a file, its CPU time from the kernel; it ends when the run does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { eventually, PROJECT } from '../../support/fleet.ts';
import { cpuSecondsOfTree } from '../../support/processes.ts';

export interface Program {
  /** Script below dist/, and its flags. */
  readonly command: readonly string[];
  /** Where it listens, and where its connections come from. */
  readonly ip: string;
  /** Where it tells that it is ready. */
  readonly readyUrl: string;
  readonly logPath: string;
  /** How it is killed. Default: SIGKILL, as a power cut would. */
  readonly killSignal?: 'SIGTERM';
}

const PRELOAD = path.join(PROJECT, 'test/load/nodes/own-address.mjs');
const READY_LIMIT_MS = 60_000;

export class NodeProgram {
  readonly program: Program;
  #child: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  /** Of processes that have ended. */
  #endedCpuSeconds = 0;
  #cpuSeconds = 0;

  constructor(program: Program) {
    this.program = program;
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    const { command, ip, logPath, readyUrl } = this.program;
    const log = openSync(logPath, 'a');
    const [script, ...flags] = command as readonly [string, ...string[]];
    // The channel closes when the run ends, however it ends, and the program ends itself then. A group of its own:
    // Ctrl-C in the terminal is for the run, which ends each program once.
    const child = spawn(
      process.execPath,
      ['--import', PRELOAD, path.join(PROJECT, 'dist', script), ...flags],
      {
        stdio: ['ignore', log, log, 'ipc'],
        env: { ...process.env, SHOAL_LOAD_ADDRESS: ip },
        detached: true,
      },
    );
    closeSync(log);
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', resolve));
    await eventually(
      `${readyUrl} is ready`,
      async () => {
        if (!this.isAlive) throw new Error(`${script} ended:\n${readFileSync(logPath, 'utf8').slice(-1500)}`);
        return (await fetch(readyUrl).catch(() => undefined))?.ok === true;
      },
      READY_LIMIT_MS,
    );
  }

  get isAlive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  cpuSeconds(): number {
    if (this.isAlive) this.#cpuSeconds = cpuSecondsOfTree(this.#child?.pid as number) ?? this.#cpuSeconds;
    return this.#endedCpuSeconds + this.#cpuSeconds;
  }

  async kill(): Promise<void> {
    if (!this.isAlive) return;
    this.#endedCpuSeconds = this.cpuSeconds();
    this.#cpuSeconds = 0;
    this.#child?.kill(this.program.killSignal ?? 'SIGKILL');
    await this.#exited;
  }
}
