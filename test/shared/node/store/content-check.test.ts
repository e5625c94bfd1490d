import { mkdtemp, open, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDiskPieceStore } from '../../../../shared/node/store/disk-piece-store.ts';
import { nodeFileSystem } from '../../../../shared/node/store/file-system.ts';
import { storePaths } from '../../../../shared/node/store/have-file.ts';
import { BLOCK_BYTES } from '../../../../shared/units.ts';
import { makeContent } from '../../../support/stored-content.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'shoal-check-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** A whole file on disk, and a store with no memory of its bytes. */
async function stored(lengthBytes: number, seed: number) {
  const content = makeContent(lengthBytes, seed);
  const { whole } = storePaths(directory, content.file.root);
  const store = await openDiskPieceStore({ directory, cacheBytes: 0, gatherDelayMs: 0 });
  await store.open(content.file, content.verify);
  await store.write(content.file, 0, content.bytes);
  await store.flush();
  return { content, whole, store };
}

async function flip(file: string, atBytes: number): Promise<void> {
  const handle = await open(file, 'r+');
  const byte = new Uint8Array(1);
  await handle.read(byte, 0, 1, atBytes);
  await handle.write(new Uint8Array([(byte[0] as number) ^ 1]), 0, 1, atBytes);
  await handle.close();
}

/** The real file system, and how much was read through it. */
function countingReads() {
  const counted = {
    bytes: 0,
    fileSystem: {
      ...nodeFileSystem,
      open: async (name: string, create: boolean) => {
        const file = await nodeFileSystem.open(name, create);
        const read = file.read.bind(file);
        file.read = (into, offsetBytes) => {
          counted.bytes += into.length;
          return read(into, offsetBytes);
        };
        return file;
      },
    },
  };
  return counted;
}

/** What one read takes with it: shared/node/store/read-range.ts. */
const READ_WINDOW_BYTES = 32 * BLOCK_BYTES;
const SMALL = 3 * BLOCK_BYTES + 5;
const LARGE = 60 * BLOCK_BYTES + 5;

describe('threat row 51: bytes that somebody, or the disk, changed behind our back', () => {
  it.each([SMALL, LARGE])('before the first read: none of the file is given (%i bytes)', async (length) => {
    const { content, whole, store } = await stored(length, length);
    await flip(whole, length - 1);
    await expect(store.read(content.file, 0, 100)).rejects.toMatchObject({ code: 'store_mismatch' });
    expect(store.isComplete(content.file.root)).toBe(false);
    await store.close();
  });

  it.each([SMALL, LARGE])('after a read that was right: it is hashed again (%i bytes)', async (length) => {
    const { content, whole, store } = await stored(length, length + 1);
    expect(await store.read(content.file, 5, 100)).toEqual(content.bytes.subarray(5, 105));
    await flip(whole, 7);
    await expect(store.read(content.file, 5, 100)).rejects.toMatchObject({ code: 'store_mismatch' });
    // What comes instead is kept, and right from then on.
    await store.write(content.file, 0, content.bytes);
    await store.flush();
    expect(await store.read(content.file, 5, 100)).toEqual(content.bytes.subarray(5, 105));
    await store.close();
  });

  it('times that were set back hide nothing', async () => {
    const { content, whole, store } = await stored(SMALL, 3);
    await store.read(content.file, 0, 10);
    const { atime, mtime } = await stat(whole);
    await flip(whole, 0);
    await utimes(whole, atime, mtime);
    await expect(store.read(content.file, 0, 10)).rejects.toMatchObject({ code: 'store_mismatch' });
    await store.close();
  });

  it('a file that was touched and is the same is hashed and given', async () => {
    const { content, whole, store } = await stored(LARGE, 4);
    const readers = Array.from({ length: 8 }, (_, each) => store.read(content.file, each * BLOCK_BYTES, 10));
    await Promise.all(readers);
    await writeFile(whole, content.bytes);
    expect(await store.read(content.file, LARGE - 10, 10)).toEqual(content.bytes.subarray(LARGE - 10));
    await truncate(whole, LARGE - 1);
    await expect(store.read(content.file, 0, 10)).rejects.toThrow();
    await store.close();
  });

  it('a file that was adopted is hashed when it has changed since, and not before', async () => {
    const content = makeContent(LARGE, 5);
    const reads = countingReads();
    const store = await openDiskPieceStore({ directory, cacheBytes: 0, fileSystem: reads.fileSystem });
    const made = path.join(directory, 'made');
    await writeFile(made, content.bytes);
    await store.adopt(content.file, made);
    await store.read(content.file, 0, 10);
    expect(reads.bytes).toBe(READ_WINDOW_BYTES);
    await flip(storePaths(directory, content.file.root).whole, LARGE - 1);
    await expect(store.read(content.file, 0, 10)).rejects.toMatchObject({ code: 'store_mismatch' });
    await store.close();
  });
});
