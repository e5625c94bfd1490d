/** One process of the demo: its log goes to a file, its end is waited for, and it never outlives the demo. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface DemoProcess {
  readonly name: string;
  /** Resolves with the exit code (null when a signal ended it). */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

/** SIGTERM drains within 5 s (design section 3); what is left after that is ended. */
const STOP_TIMEOUT_MS = 6_000;

export function startProcess(
  name: string,
  script: string,
  args: readonly string[],
  env: Record<string, string>,
  logFile: string,
): DemoProcess {
  const log = openSync(logFile, 'a');
  // A group of its own: Ctrl-C in the terminal reaches the demo alone, which then stops each process once.
  // The channel (ipc) closes when the demo dies, however it dies; the processes end themselves then.
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve(1));
  });
  return { name, ended, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}
