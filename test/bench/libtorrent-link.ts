/**
 * The loopback bench as libtorrent does it: the same files with the same piece length, from one process to another,
 * verified and written.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { InternalError } from '../../shared/errors.ts';
import { PROJECT } from '../support/fleet.ts';
import { LINK_NAME, type LinkPayload, WarmMemory } from './link-payload.ts';

export interface LibtorrentLinkResult {
  /** From the dial until every piece is verified and written. */
  readonly mebibytesPerSecond: number;
  /** Of both processes. */
  readonly cpuSeconds: number;
}

/** Debian's own: another Python does not see its packages. */
const PYTHON = '/usr/bin/python3';
const PROGRAM = path.join(PROJECT, 'test/bench/libtorrent_link.py');
const MIB = 1024 * 1024;

/** undefined: not installed (Debian: python3-libtorrent). */
export function libtorrentVersion(): string | undefined {
  const asked = spawnSync(PYTHON, ['-c', 'import libtorrent; print(libtorrent.__version__)'], {
    encoding: 'utf8',
  });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}

/** @param torrent one of the payload's two: with the hybrid one libtorrent hashes each byte twice, as we do */
export async function runLibtorrentLink(
  payload: LinkPayload,
  torrent: string,
): Promise<LibtorrentLinkResult> {
  const folder = mkdtempSync(path.join(payload.directory, 'libtorrent-'));
  const children: ChildProcess[] = [];
  const memory = new WarmMemory(payload);
  const start = (wants: object): ChildProcess => {
    const child = spawn(PYTHON, [PROGRAM, JSON.stringify(wants)], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    return child;
  };
  try {
    const seedFolder = path.join(folder, 'seed');
    linkSources(payload, path.join(seedFolder, LINK_NAME));
    const seed = start({ torrent, folder: seedFolder });
    const { port } = (await answerOf(seed)) as { port: number };
    const leech = start({ torrent, folder: path.join(folder, 'leech'), port });
    await answerOf(leech);
    memory.release();
    const { seconds } = (await answerOf(leech)) as { seconds: number };
    const mebibytesPerSecond = payload.totalBytes / MIB / seconds;
    return { mebibytesPerSecond, cpuSeconds: (await stop(seed)) + (await stop(leech)) };
  } finally {
    memory.close();
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map((child) => (child.exitCode === null ? once(child, 'close') : undefined)));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function stop(child: ChildProcess): Promise<number> {
  const answer = answerOf(child);
  child.stdin?.end();
  return ((await answer) as { cpuSeconds: number }).cpuSeconds;
}

function linkSources({ sources }: LinkPayload, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const source of sources) linkSync(source, path.join(folder, path.basename(source)));
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new InternalError(`libtorrent ended with ${code}`)));
    createInterface(child.stdout as NodeJS.ReadableStream).once('line', (line) => resolve(JSON.parse(line)));
  });
}
