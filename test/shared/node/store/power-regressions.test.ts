/** Faults that once cost a byte, each by its name. */
import { expect, it } from 'vitest';
import { openDiskPieceStore } from '../../../../shared/node/store/disk-piece-store.ts';
import type { FileBatches } from '../../../../shared/node/store/file-batches.ts';
import type { FileSystem } from '../../../../shared/node/store/file-system.ts';
import { seededRandom } from '../../../../shared/random.ts';
import { BLOCK_BYTES } from '../../../../shared/units.ts';
import { MemoryDisk, type MemoryFile } from '../../../support/memory-disk.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { makeContent, refuseLeaves } from '../../../support/stored-content.ts';
import { virtualTime } from '../../../support/virtual-time.ts';

const SEEDS = Array.from({ length: 16 }, (_, seed) => seed);
const content = makeContent(5_000, 41);
const other = makeContent(7_000, 42);
const folder = `/store/${content.file.root.slice(0, 2)}`;
const eio = Object.assign(new Error('EIO'), { code: 'EIO' });

/** A disk and lives of a store upon it; a life that is not closed was killed. */
function machine() {
  const time = virtualTime();
  const disk = new MemoryDisk();
  const open = (batches: Partial<FileBatches> = {}, remove?: FileSystem['remove']) => {
    const fileSystem: FileSystem = new MemoryFileSystem(disk);
    const made = fileSystem.batches();
    fileSystem.batches = () => ({ ...made, ...batches });
    if (remove) fileSystem.remove = remove;
    return openDiskPieceStore({ directory: '/store', fileSystem, cacheBytes: 0 });
  };
  const store = async (into: Awaited<ReturnType<typeof open>>, what = content) => {
    await into.open(what.file, refuseLeaves);
    await time.until(into.write(what.file, 0, what.bytes));
  };
  /** It is held and right, or not held. */
  const check = async (context: string) => {
    const last = await open();
    const held = await last.open(content.file, content.verify);
    if (held.isFull) expect(content.verify(0, await last.read(content.file, 0, 5_000)), context).toBe(true);
    await time.until(last.close());
  };
  return { time, disk, open, store, check };
}

it('what a killed life wrote is not noted as synced by the next one', async () => {
  for (const seed of SEEDS) {
    const { time, disk, open, store, check } = machine();
    await store(await open());
    const next = await open();
    await store(next, other);
    await time.until(next.close());
    disk.cutPower(seededRandom(seed));
    await check(`seed ${seed}`);
  }
});

it('a removed file that comes back with the power is not taken for synced', async () => {
  for (const seed of SEEDS) {
    const { time, disk, open, store, check } = machine();
    const life = await open();
    await store(life);
    disk.syncFolder(folder);
    await life.remove(content.file.root);
    await time.until(life.close());
    disk.cutPower(seededRandom(seed));
    await check(`seed ${seed}`);
  }
});

it('a file whose sync failed does not come back with the power', async () => {
  for (const seed of SEEDS) {
    const { time, disk, open, store, check } = machine();
    const life = await open({ sync: async (paths) => paths.map(() => eio) });
    await store(life);
    disk.syncFolder(folder);
    await time.advance(17_000);
    expect(life.isComplete(content.file.root)).toBe(false);
    await time.until(life.close());
    disk.cutPower(seededRandom(seed));
    await check(`seed ${seed}`);
  }
});

it('a place that cannot be read is held no more, and what is fetched again is written there', async () => {
  const { time, disk } = machine();
  const fileSystem = new MemoryFileSystem(disk);
  const open = fileSystem.open.bind(fileSystem);
  let isBad = false;
  fileSystem.open = async (path, create) => {
    const file = await open(path, create);
    const read: typeof file.read = async (into, at) => {
      if (isBad) throw eio;
      return await file.read(into, at);
    };
    return { ...file, read };
  };
  const life = await openDiskPieceStore({ directory: '/store', fileSystem, cacheBytes: 0 });
  await life.open(content.file, refuseLeaves);
  await time.until(life.write(content.file, 0, content.bytes));
  isBad = true;
  await expect((async () => await life.read(content.file, 0, 5_000))()).rejects.toMatchObject({
    code: 'store_io',
  });
  expect(life.isComplete(content.file.root)).toBe(false);
  isBad = false;
  disk.names.get(`${folder}/${content.file.root}.whole`)?.bytes.fill(0);
  await time.until(life.write(content.file, 0, content.bytes));
  expect(content.verify(0, await life.read(content.file, 0, 5_000))).toBe(true);
  await time.until(life.close());
});

it('what is left of a whole file is synced before it is marked in parts', async () => {
  const long = makeContent(3 * BLOCK_BYTES, 43);
  for (const seed of SEEDS) {
    const { time, disk, open, store } = machine();
    const life = await open();
    await store(life, long);
    const whole = disk.names.get(
      `/store/${long.file.root.slice(0, 2)}/${long.file.root}.whole`,
    ) as MemoryFile;
    disk.truncate(whole, 2 * BLOCK_BYTES);
    await expect(
      (async () => await life.read(long.file, 2 * BLOCK_BYTES, BLOCK_BYTES))(),
    ).rejects.toMatchObject({ code: 'store_missing' });
    const again = life.write(long.file, 2 * BLOCK_BYTES, long.leaves(2, 1));
    again.catch(() => {});
    await time.advance(11_000);
    disk.cutPower(seededRandom(seed));
    const last = await open();
    for (const leaf of (await last.open(long.file, long.verify)).indexes())
      expect(
        long.verify(leaf, await last.read(long.file, leaf * BLOCK_BYTES, BLOCK_BYTES)),
        `seed ${seed}`,
      ).toBe(true);
    await time.until(last.close());
  }
});

it('a file whose sync failed and that cannot be removed is judged by the next life, in the same boot', async () => {
  const { time, disk, open, store, check } = machine();
  const life = await open({ sync: async (paths) => paths.map(() => eio) }, async () => {
    throw eio;
  });
  await store(life);
  await time.advance(17_000);
  await time.until(life.close());
  // What the kernel could not write it forgets.
  disk.names.get(`${folder}/${content.file.root}.whole`)?.bytes.fill(0);
  await check('not removed');
});
