/** The edge's program as a process of its own, compiled from the sources as they are now. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Compiled } from '../../support/compiled.ts';

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error: string;
  readonly output: string;
}

export interface EdgeProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Of the log line that tells it. */
  readonly port: Promise<number>;
}

/** None of the flags' variables of whoever runs the tests counts. */
export function startProgram(program: Compiled, flags: readonly string[]): EdgeProcess {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('SHOAL_')),
  );
  const child = spawn(process.execPath, [program.path, ...flags], { env: environment });
  let output = '';
  let error = '';
  const port = new Promise<number>((resolve) => {
    child.stdout.on('data', (text) => {
      output += text;
      const [, found] = /"port":(\d+)/.exec(output) ?? [];
      if (found) resolve(Number(found));
    });
  });
  child.stderr.on('data', (text) => {
    error += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, error, output }));
  return { child, ended, port };
}

/** On free ports of 127.0.0.1. */
export const edgeFlags = (origin: string, data: string): string[] => [
  ...['--origin', origin, '--data', data, '--name', 'edge'],
  ...['--host', '127.0.0.1', '--port', '0', '--peer-port', '0'],
];
