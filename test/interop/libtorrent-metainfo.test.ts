/**
 * Goal: libtorrent reads our torrents as we do, and makes the same ones from the same files, so a stock client
 * joins our swarms under both info-hashes. Needs Debian's python3-libtorrent; in CI its absence is a failure.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeMetainfo, pieceLengthFor } from '../../shared/metainfo/make.ts';
import type { Metainfo } from '../../shared/metainfo/metainfo.ts';
import { parseMetainfo } from '../../shared/metainfo/parse.ts';
import { hashFile } from '../../shared/node/hashing/hash-file.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import { contentOf } from '../shared/metainfo/torrent-fixture.ts';

const PYTHON = '/usr/bin/python3';
const SCRIPT = join(import.meta.dirname, 'libtorrent_metainfo.py');
const isInstalled = spawnSync(PYTHON, ['-c', 'import libtorrent']).status === 0;

const SETS: readonly (readonly [what: string, pieceLengthBytes: number, lengths: Record<string, number>])[] =
  [
    ['an image set', 16_384, { '160.avif': 3000, '160.jpg': 6000, '2048.avif': 200_000, '640.webp': 16_384 }],
    ['one file of one piece', 16_384, { 'only.avif': 5 }],
    ['one file of many pieces', 16_384, { 'only.avif': 100_001 }],
    ['pieces of four blocks', 65_536, { a: 1, b: 65_536, c: 65_537, d: 200_000, e: 40_000 }],
    ['the last file ends on a boundary', 32_768, { a: 40_000, b: 65_536 }],
    ['pieces larger than any file', 1_048_576, { a: 16_385, b: 300_000 }],
    ['names beyond ASCII', 16_384, { 'café.jpg': 20_000, 'z.jpg': 30_000, '図.webp': 40_000 }],
  ];

test('CI has python3-libtorrent', () => {
  if (process.env.CI === 'true') expect(isInstalled).toBe(true);
});

describe.skipIf(!isInstalled)('libtorrent', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-libtorrent-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const libtorrent = (...args: string[]) => execFileSync(PYTHON, [SCRIPT, ...args], { encoding: 'utf8' });

  async function writeSet(lengths: Record<string, number>, pieceLengthBytes: number): Promise<Metainfo> {
    const directory = join(folder, 'set');
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory);
    const files = [];
    for (const [name, length] of Object.entries(lengths)) {
      await writeFile(join(directory, name), contentOf(length));
      files.push({ name, ...(await hashFile(join(directory, name), pieceLengthBytes)) });
    }
    const announce = 'http://origin.test/announce';
    const webSeeds = ['http://origin.test/images/'];
    return makeMetainfo(
      { name: 'set', files, pieceLengthBytes, announce, webSeeds, createdBy: 'Shoal' },
      nodeHashes,
    );
  }

  test.each(SETS)('reads our torrent as we do: %s', async (_, pieceLengthBytes, lengths) => {
    const metainfo = await writeSet(lengths, pieceLengthBytes);
    const path = join(folder, 'ours.torrent');
    await writeFile(path, metainfo.bytes);
    expect(JSON.parse(libtorrent('read', path))).toEqual({
      infoHash: metainfo.infoHash,
      infoHashV2: metainfo.infoHashV2,
      name: 'set',
      pieceLength: pieceLengthBytes,
      pieces: metainfo.geometry.pieceCount,
      trackers: ['http://origin.test/announce'],
      webSeeds: ['http://origin.test/images/'],
      isPrivate: false,
      files: metainfo.files.map((file) => ({
        path: `set/${file.name}`,
        length: file.lengthBytes,
        root: file.root,
      })),
    });
  });

  test.each(SETS)('makes the very same info dictionary: %s', async (_, pieceLengthBytes, lengths) => {
    const ours = await writeSet(lengths, pieceLengthBytes);
    const path = join(folder, 'theirs.torrent');
    libtorrent('make', join(folder, 'set'), String(pieceLengthBytes), path);
    const theirs = parseMetainfo(await readFile(path), nodeHashes);
    expect(theirs.infoHash).toBe(ours.infoHash);
    expect(theirs.infoHashV2).toBe(ours.infoHashV2);
    expect(theirs.files.map((file) => Buffer.from(file.pieceLayer).toString('hex'))).toEqual(
      ours.files.map((file) => Buffer.from(file.pieceLayer).toString('hex')),
    );
  });

  test('a set of 20 MiB with the piece length we choose', async () => {
    const lengths = { big: 20 * 1_048_576 - 1, small: 5 };
    const pieceLengthBytes = pieceLengthFor(20 * 1_048_576);
    const metainfo = await writeSet(lengths, pieceLengthBytes);
    const path = join(folder, 'theirs.torrent');
    libtorrent('make', join(folder, 'set'), String(pieceLengthBytes), path);
    expect(parseMetainfo(await readFile(path), nodeHashes).infoHashV2).toBe(metainfo.infoHashV2);
  });
});
