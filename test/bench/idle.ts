/**
 * What ten thousand published image sets cost a node that has nothing to do: time from its start to `/readyz`,
 * memory, and CPU over twenty seconds. Real processes: an origin, and an edge that has everything verified on disk.
 * The edge is started twice; the second start is measured, when its notes of the first one are there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { NodeStatus } from '../../shared/api-types/status.ts';
import { PROJECT } from '../support/fleet.ts';
import { freePort } from '../support/free-port.ts';
import { idleData } from './idle-data.ts';

export interface IdleNode {
  /** From spawn to the first 200 of `/readyz`. */
  readonly readySeconds: number;
  readonly residentBytes: number;
  /** Of one core. */
  readonly cpuShare: number;
}

export interface IdleBenchResult {
  readonly sets: number;
  readonly origin: IdleNode;
  readonly edge: IdleNode;
}

/** After a start V8 tidies its heap for some tens of seconds; what is asked here is what stays. */
const SETTLE_MS = 40_000;
const IDLE_MS = 20_000;
const READY_LIMIT_MS = 120_000;
/** Linux: USER_HZ. */
const TICKS_PER_SECOND = 100;

interface Started {
  readonly process: ChildProcess;
  readonly url: string;
  readonly readySeconds: number;
}

export async function runIdleBench(sets = 10_000): Promise<IdleBenchResult> {
  const { originFolder, edgeFolder } = await idleData(sets);
  const running: Started[] = [];
  const begin = async (script: string, flags: readonly string[]) => {
    const node = await start(script, flags);
    running.push(node);
    return node;
  };
  try {
    const origin = await begin('server/main.js', ['--data', originFolder, '--admin-token', 'of-the-bench']);
    const edgeFlags = [
      '--data',
      edgeFolder,
      '--origin',
      origin.url,
      '--name',
      'idle',
      '--advertise-ip',
      '127.0.0.1',
    ];
    const before = await begin('edge-node/main.js', edgeFlags);
    await isComplete(before, sets);
    await stop(before);
    const edge = await begin('edge-node/main.js', edgeFlags);
    await isComplete(edge, sets);
    await pause(SETTLE_MS);
    const [originIdle, edgeIdle] = await Promise.all([idle(origin), idle(edge)]);
    return { sets, origin: originIdle, edge: edgeIdle };
  } finally {
    await Promise.all(running.map(stop));
  }
}

async function start(script: string, flags: readonly string[]): Promise<Started> {
  const port = await freePort();
  const where = ['--host', '127.0.0.1', '--port', `${port}`, '--peer-port', '0'];
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [...profileFlags(script), path.join(PROJECT, 'dist', script), ...where, ...flags],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  while (performance.now() - startedAt < READY_LIMIT_MS && child.exitCode === null) {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(
      () => undefined,
    );
    await response?.arrayBuffer();
    if (response?.ok) return { process: child, url, readySeconds: (performance.now() - startedAt) / 1000 };
    await pause(20);
  }
  child.kill('SIGKILL');
  throw new Error(`${script} was not ready in time`);
}

async function stop({ process: child }: Started): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}

async function isComplete({ url }: Started, sets: number): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  for (;;) {
    const { images } = (await (await fetch(`${url}/status`)).json()) as NodeStatus;
    if (images.complete === sets) return;
    if (Date.now() > deadline) throw new Error(`${images.complete} of ${sets} sets are complete`);
    await pause(200);
  }
}

async function idle({ process: child, readySeconds }: Started): Promise<IdleNode> {
  const pid = child.pid as number;
  const before = cpuSeconds(pid);
  await pause(IDLE_MS);
  const cpuShare = (cpuSeconds(pid) - before) / (IDLE_MS / 1000);
  return { readySeconds, residentBytes: residentBytes(pid), cpuShare };
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(line?.[1]) * 1024;
}

function profileFlags(script: string): string[] {
  const directory = process.env.SHOAL_BENCH_PROFILE;
  const name = `${path.dirname(script)}-${Date.now()}.cpuprofile`;
  return directory ? ['--cpu-prof', `--cpu-prof-dir=${directory}`, `--cpu-prof-name=${name}`] : [];
}
