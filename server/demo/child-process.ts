/** One process of the demo: its log goes to a file, its end is waited for, and it never outlives the demo. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface ProcessEnd {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface DemoProcess {
  readonly ended: Promise<ProcessEnd>;
  /** Lets it end what is under way. Answers when it is gone. */
  stop(): Promise<void>;
  /** Answers when it is gone. */
  kill(): Promise<unknown>;
}

/** SIGTERM drains within 5 s (design section 3); what is left after that is ended. */
const STOP_TIMEOUT_MS = 6_000;

export function startProcess(
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
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: 1, signal: null }));
  });
  return {
    ended,
    stop: () => stop(child, ended),
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}
