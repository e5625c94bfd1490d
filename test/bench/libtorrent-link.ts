/**
 * The loopback bench as libtorrent does it: as many bytes in as many files with the same piece length, from one
 * process to another, verified and written. The torrent is v1 only, so libtorrent hashes each byte once.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { encode } from '../../shared/bencode/bencode.ts';
import { dictionary } from '../../shared/bencode/value.ts';
import { InternalError } from '../../shared/errors.ts';
import { pieceLengthFor } from '../../shared/metainfo/make.ts';
import { PROJECT } from '../support/fleet.ts';
import { writeRandomFile } from './loopback.ts';

/** Debian's own: another Python does not see its packages. */
const PYTHON = '/usr/bin/python3';
const PROGRAM = path.join(PROJECT, 'test/bench/libtorrent_link.py');
const NAME = 'loopback';
const MIB = 1024 * 1024;

/** undefined: not installed (Debian: python3-libtorrent). */
export function libtorrentVersion(): string | undefined {
  const asked = spawnSync(PYTHON, ['-c', 'import libtorrent; print(libtorrent.__version__)'], {
    encoding: 'utf8',
  });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}

/** @returns MiB/s from the dial until every piece is verified and written */
export async function runLibtorrentLink(totalBytes = 512 * MIB, files = 4): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-libtorrent-link-'));
  const children: ChildProcess[] = [];
  const start = (wants: object): ChildProcess => {
    const child = spawn(PYTHON, [PROGRAM, JSON.stringify(wants)], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    return child;
  };
  try {
    const torrent = await makeTorrent(folder, totalBytes, files);
    const seed = start({ torrent, folder: path.join(folder, 'seed') });
    const { port } = (await answerOf(seed)) as { port: number };
    const leech = start({ torrent, folder: path.join(folder, 'leech'), port });
    const { seconds } = (await answerOf(leech)) as { seconds: number };
    return totalBytes / MIB / seconds;
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map((child) => (child.exitCode === null ? once(child, 'close') : undefined)));
    rmSync(folder, { recursive: true, force: true });
  }
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new InternalError(`libtorrent ended with ${code}`)));
    createInterface(child.stdout as NodeJS.ReadableStream).once('line', (line) => resolve(JSON.parse(line)));
  });
}

/** BEP 3, several files. They are whole numbers of pieces long. */
async function makeTorrent(folder: string, totalBytes: number, count: number): Promise<string> {
  const pieceBytes = pieceLengthFor(totalBytes);
  const content = path.join(folder, 'seed', NAME);
  mkdirSync(content, { recursive: true });
  const files = [];
  const hashes: Buffer[] = [];
  for (let index = 0; index < count; index++) {
    const name = `part-${index}.bin`;
    const file = path.join(content, name);
    await writeRandomFile(file, totalBytes / count, name);
    const bytes = readFileSync(file);
    for (let at = 0; at < bytes.length; at += pieceBytes)
      hashes.push(
        createHash('sha1')
          .update(bytes.subarray(at, at + pieceBytes))
          .digest(),
      );
    files.push(dictionary({ length: bytes.length, path: [name] }));
  }
  const pieces = new Uint8Array(Buffer.concat(hashes));
  const info = dictionary({ files, name: NAME, 'piece length': pieceBytes, pieces });
  const torrent = path.join(folder, 'loopback.torrent');
  writeFileSync(torrent, encode(dictionary({ info })));
  return torrent;
}
