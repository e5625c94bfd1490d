import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDiskPieceStore } from '../../../../shared/node/store/disk-piece-store.ts';
import { type FileSystem, nodeFileSystem } from '../../../../shared/node/store/file-system.ts';
import { encodeHave, storePaths } from '../../../../shared/node/store/have-file.ts';
import { seededRandom, shuffle } from '../../../../shared/random.ts';
import { BLOCK_BYTES } from '../../../../shared/units.ts';
import { failingFileSystem } from '../../../support/failing-file-system.ts';
import { makeContent, refuseLeaves } from '../../../support/stored-content.ts';
import { tempDirectory } from '../../../support/temp-directory.ts';

/** Written at once: what these tests look at is what the disk has. */
const open = (directory: string) => openDiskPieceStore({ directory, gatherDelayMs: 0 });
const never = () => {
  throw new Error('hashed although marked');
};

describe('the store on disk, after a restart', () => {
  it('marked leaves are trusted without hashing', async () => {
    const directory = tempDirectory();
    const { file, leaves } = makeContent(6 * BLOCK_BYTES + 9, 1);
    const before = await open(directory);
    await before.open(file, refuseLeaves);
    await Promise.all([0, 1, 4, 6].map((leaf) => before.write(file, leaf * BLOCK_BYTES, leaves(leaf, 1))));
    await before.close();
    const after = await open(directory);
    expect([...(await after.open(file, never)).indexes()]).toEqual([0, 1, 4, 6]);
    expect(await after.read(file, 6 * BLOCK_BYTES, 9)).toEqual(leaves(6, 1));
    await after.write(file, 2 * BLOCK_BYTES, leaves(2, 2));
    await after.write(file, 5 * BLOCK_BYTES, leaves(5, 1));
    await after.close();
    const last = await open(directory);
    expect((await last.open(file, never)).isFull).toBe(true);
    expect(readFileSync(storePaths(directory, file.root).have)[60]).toBe(0xc0);
    await last.close();
  });

  it('kill -9: written but unmarked leaves are kept, a half-written one is not', async () => {
    const directory = tempDirectory();
    const { file, leaves, verify } = makeContent(5 * BLOCK_BYTES, 2);
    // Never closed, as by a kill: the sync that would mark the leaves is far away.
    const killed = await openDiskPieceStore({ directory, gatherDelayMs: 0, syncDelayMs: 1e9 });
    await killed.open(file, refuseLeaves);
    await killed.write(file, 0, leaves(0, 2));
    await killed.write(file, 3 * BLOCK_BYTES, leaves(3, 1));
    truncateSync(storePaths(directory, file.root).data, 3 * BLOCK_BYTES + 1000);
    const after = await open(directory);
    expect([...(await after.open(file, verify)).indexes()]).toEqual([0, 1]);
    await after.close();
    const again = await open(directory);
    expect([...(await again.open(file, never)).indexes()]).toEqual([0, 1]);
    await again.close();
  });

  it('unmarked pieces of several leaves are judged as a whole', async () => {
    const directory = tempDirectory();
    const { file, leaves, verify } = makeContent(5 * BLOCK_BYTES + 3, 3);
    const killed = await openDiskPieceStore({ directory, gatherDelayMs: 0, syncDelayMs: 1e9 });
    await killed.open(file, refuseLeaves);
    await killed.write(file, 0, leaves(0, 1));
    await killed.write(file, 2 * BLOCK_BYTES, leaves(2, 2));
    await killed.write(file, 4 * BLOCK_BYTES, leaves(4, 2));
    const after = await open(directory);
    const asked: [number, number][] = [];
    const held = await after.open(
      file,
      (first, bytes) => {
        asked.push([first, bytes.length]);
        return verify(first, bytes);
      },
      2,
    );
    expect(asked).toEqual([
      [0, 2 * BLOCK_BYTES],
      [2, 2 * BLOCK_BYTES],
      [4, BLOCK_BYTES + 3],
    ]);
    expect([...held.indexes()]).toEqual([2, 3, 4, 5]);
    await after.close();
  });

  const damages: readonly [string, (paths: { have: string; data: string }, good: Buffer) => void][] = [
    ['torn', ({ have }, good) => writeFileSync(have, good.subarray(0, 30))],
    ['too long', ({ have }, good) => writeFileSync(have, Buffer.concat([good, good]))],
    ['garbage', ({ have }, good) => writeFileSync(have, Buffer.alloc(good.length, 0x2a))],
    ['gone', ({ have }) => rmSync(have)],
    [
      'of another file',
      ({ have }) => writeFileSync(have, encodeHave(makeContent(4 * BLOCK_BYTES, 99).file, 'complete', [])),
    ],
  ];
  it.each(damages)('a sidecar that is %s counts as unmarked: every leaf is hashed', async (_how, damage) => {
    const directory = tempDirectory();
    const { file, leaves, verify, bytes } = makeContent(4 * BLOCK_BYTES, 4);
    const paths = storePaths(directory, file.root);
    const before = await open(directory);
    await before.open(file, refuseLeaves);
    await before.write(file, 0, leaves(0, 1));
    await before.write(file, BLOCK_BYTES, leaves(1, 3));
    await before.close();
    damage(paths, readFileSync(paths.have));
    const spoilt = Buffer.from(bytes);
    spoilt[BLOCK_BYTES] = (spoilt[BLOCK_BYTES] ?? 0) ^ 1;
    writeFileSync(paths.data, spoilt);
    const after = await open(directory);
    expect([...(await after.open(file, verify)).indexes()]).toEqual([0, 2, 3]);
    await after.write(file, BLOCK_BYTES, leaves(1, 1));
    await after.close();
    const last = await open(directory);
    expect((await last.open(file, never)).isFull).toBe(true);
    await last.close();
  });

  it('a data file shorter than its marks say: those leaves are missing', async () => {
    const directory = tempDirectory();
    const { file, leaves } = makeContent(4 * BLOCK_BYTES, 5);
    const before = await open(directory);
    await before.open(file, refuseLeaves);
    await before.write(file, 0, leaves(0, 1));
    await before.write(file, BLOCK_BYTES, leaves(1, 3));
    await before.close();
    truncateSync(storePaths(directory, file.root).data, 2 * BLOCK_BYTES + 1);
    const after = await open(directory);
    expect([...(await after.open(file, never)).indexes()]).toEqual([0, 1]);
    await after.write(file, 2 * BLOCK_BYTES, leaves(2, 1));
    await after.close();
    const last = await open(directory);
    expect([...(await last.open(file, never)).indexes()]).toEqual([0, 1, 2]);
    await last.close();
  });

  it('a data file cut while it is open is told as store_missing, never as zeros', async () => {
    const directory = tempDirectory();
    const { file, bytes } = makeContent(40 * BLOCK_BYTES, 6);
    writeFileSync(join(directory, 'source'), bytes);
    const store = await openDiskPieceStore({ directory, gatherDelayMs: 0, cacheBytes: 0 });
    await store.adopt(file, join(directory, 'source'));
    truncateSync(storePaths(directory, file.root).whole, 20 * BLOCK_BYTES);
    await expect((async () => await store.read(file, 39 * BLOCK_BYTES, 5))()).rejects.toMatchObject({
      code: 'store_missing',
    });
    expect(store.isComplete(file.root)).toBe(false);
    await store.close();
  });

  it('a whole file is found and read with one open', async () => {
    const directory = tempDirectory();
    const { file, bytes } = makeContent(40_000, 8);
    writeFileSync(join(directory, 'source'), bytes);
    const before = await open(directory);
    await before.adopt(file, join(directory, 'source'));
    await before.close();
    const calls: string[] = [];
    const store = await openDiskPieceStore({
      directory,
      fileSystem: {
        ...nodeFileSystem,
        open: (path, create) => {
          calls.push(`open ${path}`);
          return nodeFileSystem.open(path, create);
        },
        lengthOf: (path) => {
          calls.push(`look at ${path}`);
          return nodeFileSystem.lengthOf(path);
        },
      },
    });
    expect((await store.open(file, never)).isFull).toBe(true);
    expect(await store.read(file, 0, 40_000)).toEqual(bytes);
    expect(calls).toEqual([`open ${storePaths(directory, file.root).whole}`]);
    await store.close();
  });
});

describe('the store on disk', () => {
  it('blocks of one piece cost one read, then come from memory without a promise', async () => {
    const directory = tempDirectory();
    const { file, bytes, leaves } = makeContent(16 * BLOCK_BYTES, 7);
    writeFileSync(join(directory, 'source'), bytes);
    const fileSystem = failingFileSystem(['read']);
    const store = await openDiskPieceStore({ directory, gatherDelayMs: 0, fileSystem });
    await store.adopt(file, join(directory, 'source'));
    const before = fileSystem.calls();
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, leaf) => store.read(file, leaf * BLOCK_BYTES, BLOCK_BYTES)),
    );
    expect(answers).toEqual(Array.from({ length: 16 }, (_, leaf) => leaves(leaf, 1)));
    expect(fileSystem.calls() - before).toBe(1);
    expect(store.read(file, 5 * BLOCK_BYTES, 10)).toEqual(leaves(5, 1).slice(0, 10));
    await store.close();
  });

  it('names never become paths: only roots do, below two hex digits', async () => {
    const directory = tempDirectory();
    const store = await open(directory);
    const { file, leaves } = makeContent(2 * BLOCK_BYTES, 8);
    await store.open(file, refuseLeaves);
    await store.write(file, 0, leaves(0, 1));
    await store.flush();
    const shard = file.root.slice(0, 2);
    expect(readdirSync(directory).sort()).toEqual([shard, 'synced.json'].sort());
    expect(readdirSync(join(directory, shard)).sort()).toEqual([`${file.root}.data`, `${file.root}.have`]);
    await store.remove(file.root);
    await store.open(file, refuseLeaves);
    await store.write(file, 0, leaves(0, 2));
    expect(readdirSync(join(directory, shard))).toEqual([`${file.root}.whole`]);
    await store.close();
  });

  it('a sweep removes roots that are not kept, opened or not, and what lies about', async () => {
    const directory = tempDirectory();
    const [kept, stale] = [makeContent(10, 9), makeContent(11, 10)];
    const before = await open(directory);
    for (const { file, bytes } of [kept, stale]) {
      await before.open(file, refuseLeaves);
      await before.write(file, 0, bytes.slice());
    }
    await before.close();
    writeFileSync(join(directory, kept.file.root.slice(0, 2), 'half.part'), 'x');
    writeFileSync(join(directory, 'upload.tmp'), 'x');
    const cut = `${kept.file.root}.whole.0123456789ab.tmp`;
    writeFileSync(join(directory, kept.file.root.slice(0, 2), cut), 'x');
    const after = await open(directory);
    await after.sweep(new Set([kept.file.root]));
    const left = readdirSync(directory, { recursive: true, withFileTypes: true });
    expect(
      left
        .filter((one) => one.isFile())
        .map((one) => one.name)
        .sort(),
    ).toEqual([`${kept.file.root}.whole`, 'synced.json']);
    expect((await after.open(kept.file, never)).isFull).toBe(true);
    await after.close();
  });

  it('no more files are open than allowed, and all are closed at the end', async () => {
    const directory = tempDirectory();
    const contents = Array.from({ length: 40 }, (_, index) => makeContent(100 + index, 100 + index));
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const atStart = openFiles();
    const store = await openDiskPieceStore({ directory, gatherDelayMs: 0, maxOpenFiles: 4 });
    let most = 0;
    for (const { file, bytes } of contents) {
      await store.open(file, refuseLeaves);
      await store.write(file, 0, bytes.slice());
      most = Math.max(most, openFiles() - atStart);
    }
    expect(most).toBeLessThan(12);
    await store.close();
    expect(openFiles()).toBeLessThanOrEqual(atStart);
  });
});

describe('verified pieces wait for the others of their file', () => {
  const gathering = (directory: string, fileSystem: FileSystem = nodeFileSystem) =>
    openDiskPieceStore({ directory, fileSystem, gatherDelayMs: 1e6, syncDelayMs: 1e6 });

  it('a file whose pieces come one by one, mixed with others, costs one open and one write', async () => {
    const contents = Array.from({ length: 6 }, (_, index) =>
      makeContent(5 * BLOCK_BYTES + index, 200 + index),
    );
    const fileSystem = failingFileSystem(['write']);
    const store = await gathering(tempDirectory(), fileSystem);
    for (const { file } of contents) await store.open(file, refuseLeaves);
    const order = shuffle(
      contents.flatMap((content) =>
        Array.from({ length: content.leafCount }, (_, leaf) => ({ content, leaf })),
      ),
      seededRandom(7),
    );
    await Promise.all(
      order.map(({ content: { file, leaves }, leaf }) =>
        store.write(file, leaf * BLOCK_BYTES, leaves(leaf, 1)),
      ),
    );
    await store.flush();
    expect(fileSystem.calls(), 'and one for the note of the store').toBe(1 + contents.length);
    await store.close();
  });

  it('what waits is held and read, and is on disk after a flush', async () => {
    const directory = tempDirectory();
    const { file, leaves, verify } = makeContent(5 * BLOCK_BYTES, 300);
    const store = await gathering(directory);
    await store.open(file, refuseLeaves);
    const writing = store.write(file, BLOCK_BYTES, leaves(1, 1));
    expect(store.read(file, BLOCK_BYTES, BLOCK_BYTES)).toEqual(leaves(1, 1));
    expect(readdirSync(directory)).toEqual(['synced.json']);
    await store.flush();
    await writing;
    await store.close();
    const after = await open(directory);
    expect([...(await after.open(file, verify)).indexes()]).toEqual([1]);
    await after.close();
  });

  it('so much that waits is written whatever the time', async () => {
    const { file, leaves } = makeContent(9 * BLOCK_BYTES, 301);
    const store = await openDiskPieceStore({
      directory: tempDirectory(),
      gatherDelayMs: 1e6,
      gatherBytes: 3 * BLOCK_BYTES,
    });
    await store.open(file, refuseLeaves);
    await Promise.all([4, 0, 2].map((leaf) => store.write(file, leaf * BLOCK_BYTES, leaves(leaf, 1))));
    await store.close();
  });

  it('a file removed while its pieces wait: they are refused, and nothing is left', async () => {
    const directory = tempDirectory();
    const { file, leaves } = makeContent(9 * BLOCK_BYTES, 302);
    const store = await gathering(directory);
    await store.open(file, refuseLeaves);
    const writing = expect(store.write(file, 0, leaves(0, 1))).rejects.toMatchObject({
      code: 'store_missing',
    });
    await store.remove(file.root);
    await writing;
    await store.close();
    expect(readdirSync(directory)).toEqual(['synced.json']);
  });

  it('marks of bytes that are gone are taken back before the file grows: a hole is never trusted', async () => {
    const directory = tempDirectory();
    const { file, leaves, verify } = makeContent(6 * BLOCK_BYTES, 303);
    const before = await open(directory);
    await before.open(file, refuseLeaves);
    await before.write(file, 0, leaves(0, 1));
    await before.write(file, 2 * BLOCK_BYTES, leaves(2, 2));
    await before.close();
    truncateSync(storePaths(directory, file.root).data, BLOCK_BYTES);
    // Never closed, as by a kill, after a leaf beyond the hole.
    const killed = await openDiskPieceStore({ directory, gatherDelayMs: 0, syncDelayMs: 1e9 });
    expect([...(await killed.open(file, never)).indexes()]).toEqual([0]);
    await killed.write(file, 4 * BLOCK_BYTES, leaves(4, 1));
    const after = await open(directory);
    expect([...(await after.open(file, verify)).indexes()]).toEqual([0, 4]);
    await after.close();
  });
});

describe('threat row 51: torn writes, bad disk', () => {
  const content = makeContent(5 * BLOCK_BYTES + 77, 21);

  it('a full disk is told as store_full, and the range is not held', async () => {
    const fileSystem = failingFileSystem(['write']);
    const store = await openDiskPieceStore({ directory: tempDirectory(), gatherDelayMs: 0, fileSystem });
    const { file, leaves } = content;
    await store.open(file, refuseLeaves);
    fileSystem.failAt(1, 'ENOSPC', false);
    await expect(store.write(file, 0, leaves(0, 1))).rejects.toMatchObject({ code: 'store_full' });
    expect(store.heldBytes).toBe(0);
    await store.write(file, 0, leaves(0, 1));
    expect(await store.read(file, 0, BLOCK_BYTES)).toEqual(leaves(0, 1));
    await store.close();
  });

  it('after a failed sync the leaves written since the last one do not count', async () => {
    const fileSystem = failingFileSystem(['sync']);
    const store = await openDiskPieceStore({ directory: tempDirectory(), gatherDelayMs: 0, fileSystem });
    const { file, leaves } = content;
    await store.open(file, refuseLeaves);
    await store.write(file, 0, leaves(0, 1));
    await store.flush();
    await store.write(file, BLOCK_BYTES, leaves(1, 1));
    fileSystem.failAt(1, 'EIO', false);
    await store.flush();
    expect([...(await store.open(file, refuseLeaves)).indexes()]).toEqual([0]);
    await store.close();
  });
});
