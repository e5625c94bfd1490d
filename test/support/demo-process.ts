/** The demo as a person runs it, from dist/. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { eventually, PROJECT } from './fleet.ts';
import { childrenOf, isAlive } from './processes.ts';

export interface Demo {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  /** Its processes and theirs, as far as they were seen. */
  pids: number[];
  output(): string;
}

/** @param folder where it keeps its data */
export function runDemo(folder: string): Demo {
  const child = spawn(process.execPath, [path.join(PROJECT, 'dist/server/demo/main.js')], {
    env: { ...process.env, SHOAL_DATA: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return { child, exited, pids: [], output: () => output };
}

/** @returns the origin's URL, when the demo says that all runs */
export async function started(demo: Demo, limitMs: number): Promise<string> {
  let hasEnded = false;
  void demo.exited.then(() => (hasEnded = true));
  await eventually(
    'the demo runs',
    () => {
      if (hasEnded) throw new Error(`the demo ended:\n${demo.output()}`);
      return demo.output().includes('Ctrl-C stops everything');
    },
    limitMs,
  );
  see(demo);
  return /origin\s+(http:\S+)\/status/.exec(demo.output())?.[1] as string;
}

export function see(demo: Demo): void {
  const nodes = childrenOf(demo.child.pid as number);
  demo.pids = [...nodes, ...nodes.flatMap(childrenOf)];
}

/** Whatever of it still runs. */
export async function endDemo(demo: Demo): Promise<void> {
  for (const pid of [demo.child.pid as number, ...demo.pids]) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  if (demo.child.exitCode === null && demo.child.signalCode === null) await once(demo.child, 'exit');
}
