/**
 * One link over loopback: 512 MiB in four files from one process to another, every piece verified and written to
 * disk. Run by itself it prints the figures; `SHOAL_BENCH_PROFILE=DIR` writes a CPU profile of both ends there.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InternalError } from '../../shared/errors.ts';
import { makeMetainfo, pieceLengthFor } from '../../shared/metainfo/make.ts';
import { hashFile } from '../../shared/node/hashing/hash-file.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import type { LoopbackOrder, LoopbackReport } from './loopback-peer.ts';

export interface LoopbackBenchOptions {
  /** Default 512 MiB. */
  readonly totalBytes?: number;
  /** Default 4. */
  readonly files?: number;
}

export interface LoopbackBenchResult {
  readonly totalBytes: number;
  /** From the dial to the last piece's write. */
  readonly seconds: number;
  readonly mebibytesPerSecond: number;
  /** The same until all is synced: what the disk allows. */
  readonly syncedMebibytesPerSecond: number;
  readonly seed: { readonly cpuSeconds: number; readonly maxResidentBytes: number };
  readonly leech: { readonly cpuSeconds: number; readonly maxResidentBytes: number };
}

const MIB = 1024 * 1024;

export async function runLoopbackBench(options: LoopbackBenchOptions = {}): Promise<LoopbackBenchResult> {
  const { totalBytes = 512 * MIB, files = 4 } = options;
  const directory = mkdtempSync(join(tmpdir(), 'shoal-loopback-'));
  const children: ChildProcess[] = [];
  const start = async (name: string, order: LoopbackOrder) => {
    const child = fork(new URL('./loopback-peer.js', import.meta.url), [], { execArgv: profileFlags(name) });
    children.push(child);
    child.send(order);
    const ready = await reportOf(child, 'ready');
    return { child, port: ready.port };
  };
  try {
    const { torrentPath, sources } = await makeTorrent(directory, totalBytes, files);
    const seed = await start('seed', {
      directory: join(directory, 'seed'),
      torrentPath,
      sources,
      dialPort: undefined,
    });
    const leech = await start('leech', {
      directory: join(directory, 'leech'),
      torrentPath,
      sources: [],
      dialPort: seed.port,
    });
    const { seconds, syncedSeconds } = await reportOf(leech.child, 'done');
    return {
      totalBytes,
      seconds,
      mebibytesPerSecond: totalBytes / MIB / seconds,
      syncedMebibytesPerSecond: totalBytes / MIB / syncedSeconds,
      seed: await stop(seed.child),
      leech: await stop(leech.child),
    };
  } finally {
    for (const child of children) child.kill();
    await rm(directory, { recursive: true, force: true });
  }
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

async function makeTorrent(directory: string, totalBytes: number, files: number) {
  const sources: string[] = [];
  const hashed = [];
  for (let index = 0; index < files; index++) {
    const name = `part-${String(index).padStart(4, '0')}.bin`;
    const path = join(directory, name);
    await writeRandomFile(path, Math.ceil(totalBytes / files), name);
    hashed.push({ name, ...(await hashFile(path, pieceLengthFor(totalBytes))) });
    sources.push(path);
  }
  const metainfo = makeMetainfo(
    {
      name: 'loopback',
      files: hashed,
      pieceLengthBytes: pieceLengthFor(totalBytes),
      announce: undefined,
      webSeeds: [],
      createdBy: undefined,
    },
    nodeHashes,
  );
  const torrentPath = join(directory, 'loopback.torrent');
  writeFileSync(torrentPath, metainfo.bytes);
  return { torrentPath, sources };
}

/** Bytes no file system can compress, the same in every run. */
export async function writeRandomFile(path: string, lengthBytes: number, seed: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for (let at = 0; at < lengthBytes; at += MIB) {
      const length = Math.min(MIB, lengthBytes - at);
      await file.write(createHash('shake128', { outputLength: length }).update(`${seed} ${at}`).digest());
    }
  } finally {
    await file.close();
  }
}

function profileFlags(name: string): string[] {
  const directory = process.env.SHOAL_BENCH_PROFILE;
  return directory ? ['--cpu-prof', `--cpu-prof-dir=${directory}`, `--cpu-prof-name=${name}.cpuprofile`] : [];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const result = await runLoopbackBench();
  console.log(JSON.stringify(result, undefined, 2));
}
