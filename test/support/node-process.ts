/** One process of a fleet under test: what it prints is kept, and it can be killed and asked. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { get } from 'node:http';
import { json } from 'node:stream/consumers';
import type { NodeStatus } from '../../shared/api-types/status.ts';
import type { RunningNode } from './fleet.ts';

export interface NodePlace {
  readonly url: string;
  readonly peerPort: number;
  readonly data: string;
}

export interface NodeProcessOptions {
  /** With a channel to this process. */
  readonly channel?: boolean;
  /** A module that is loaded before the program. */
  readonly preload?: string;
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where its log goes. Default: to `output`. */
  readonly logFile?: string;
}

/** @param command script and its flags */
export function spawnNode(
  command: readonly string[],
  where: NodePlace,
  { channel = false, preload, env, logFile }: NodeProcessOptions,
): RunningNode {
  const before = preload === undefined ? [] : ['--import', preload];
  const log = logFile === undefined ? 'pipe' : openSync(logFile, 'a');
  const child = spawn(process.execPath, [...before, ...command], {
    env: { ...process.env, ...env },
    stdio: channel ? ['ignore', log, 'pipe', 'ipc'] : ['ignore', log, 'pipe'],
  });
  if (log !== 'pipe') closeSync(log);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text) => {
      output += String(text);
    });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    ...where,
    process: child,
    exited,
    output: () => output,
    kill: (signal) => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return exited;
    },
    status: () => askStatus(where),
  };
}

/** On a connection of its own: one that was kept may end just when it is asked again, after a test that held the loop. */
function askStatus({ url }: NodePlace): Promise<NodeStatus> {
  return new Promise((resolve, reject) => {
    get(`${url}/status`, { agent: false }, (answer) => resolve(json(answer) as Promise<NodeStatus>)).on(
      'error',
      reject,
    );
  });
}
