/** Faults that once cost a byte, each by its name. */
import { expect, it } from 'vitest';
import { openDiskPieceStore } from '../../../../shared/node/store/disk-piece-store.ts';
import type { FileBatches } from '../../../../shared/node/store/file-batches.ts';
import type { FileSystem } from '../../../../shared/node/store/file-system.ts';
import { seededRandom } from '../../../../shared/random.ts';
import { MemoryDisk } from '../../../support/memory-disk.ts';
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
