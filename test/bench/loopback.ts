/**
 * One link over loopback: 512 MiB in four files from one process to another, every piece verified and written to
 * disk. Run by itself it prints the figures; `SHOAL_BENCH_PROFILE=DIR` writes a CPU profile of both ends there.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { InternalError } from '../../shared/errors.ts';
import { type LinkPayload, makeLinkPayload, WarmMemory } from './link-payload.ts';
import type { LoopbackOrder, LoopbackReport } from './loopback-peer.ts';

export interface LoopbackBenchResult {
  /** From the dial to the last piece's write. */
  readonly seconds: number;
  readonly mebibytesPerSecond: number;
  /** The same until all is synced: what the disk allows. */
  readonly syncedMebibytesPerSecond: number;
  readonly seed: { readonly cpuSeconds: number; readonly maxResidentBytes: number };
  readonly leech: { readonly cpuSeconds: number; readonly maxResidentBytes: number };
}

const MIB = 1024 * 1024;

export async function runLoopbackBench(payload: LinkPayload): Promise<LoopbackBenchResult> {
  const directory = mkdtempSync(path.join(payload.directory, 'shoal-'));
  const children: ChildProcess[] = [];
  const memory = new WarmMemory(payload);
  const start = async (name: string, order: LoopbackOrder) => {
    const child = fork(new URL('./loopback-peer.js', import.meta.url), [], { execArgv: profileFlags(name) });
    children.push(child);
    child.send(order);
    const ready = await reportOf(child, 'ready');
    return { child, port: ready.port };
  };
  try {
    const torrentPath = payload.hybridTorrentPath;
    const seed = await start('seed', {
      directory: path.join(directory, 'seed'),
      torrentPath,
      sources: linkSources(payload, directory),
      dialPort: undefined,
    });
    const leech = await start('leech', {
      directory: path.join(directory, 'leech'),
      torrentPath,
      sources: [],
      dialPort: seed.port,
    });
    memory.release();
    const { seconds, syncedSeconds } = await reportOf(leech.child, 'done');
    const mebibytes = payload.totalBytes / MIB;
    return {
      seconds,
      mebibytesPerSecond: mebibytes / seconds,
      syncedMebibytesPerSecond: mebibytes / syncedSeconds,
      seed: await stop(seed.child),
      leech: await stop(leech.child),
    };
  } finally {
    memory.close();
    for (const child of children) child.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The store moves what it adopts: so it gets other names of the same files. */
function linkSources({ sources }: LinkPayload, directory: string): string[] {
  return sources.map((source) => {
    const name = path.join(directory, path.basename(source));
    linkSync(source, name);
    return name;
  });
}

async function stop(child: ChildProcess): Promise<{ cpuSeconds: number; maxResidentBytes: number }> {
  const usage = reportOf(child, 'usage');
  child.send('stop');
  const { cpuSeconds, maxResidentBytes } = await usage;
  if (child.exitCode === null) await once(child, 'exit');
  return { cpuSeconds, maxResidentBytes };
}

async function reportOf<Type extends LoopbackReport['type']>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<LoopbackReport, { type: Type }>> {
  return await new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      const report = message as LoopbackReport;
      if (report.type !== type) return;
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(report as Extract<LoopbackReport, { type: Type }>);
    };
    const onExit = (code: number | null) =>
      reject(new InternalError(`an end of the loopback bench ended with ${code}`));
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}

function profileFlags(name: string): string[] {
  const directory = process.env.SHOAL_BENCH_PROFILE;
  return directory ? ['--cpu-prof', `--cpu-prof-dir=${directory}`, `--cpu-prof-name=${name}.cpuprofile`] : [];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const directory = mkdtempSync(path.join(tmpdir(), 'shoal-link-'));
  try {
    const payload = await makeLinkPayload(directory);
    console.log(JSON.stringify(await runLoopbackBench(payload), undefined, 2));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
