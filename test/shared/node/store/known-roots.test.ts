import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDiskPieceStore } from '../../../../shared/node/store/disk-piece-store.ts';
import { nodeFileSystem } from '../../../../shared/node/store/file-system.ts';
import { KnownRoots } from '../../../../shared/node/store/known-roots.ts';
import type { FileRoot } from '../../../../shared/units.ts';
import { tempDirectory } from '../../../support/temp-directory.ts';

/** Spread over the directories and different within each, as hashes are. */
const rootOf = (number: number): FileRoot =>
  (((number * 0x9e3779b1) >>> 0).toString(16).padStart(8, '0') +
    number.toString(16).padStart(56, '0')) as FileRoot;

function counting() {
  const calls = { list: 0, lengthOf: 0 };
  const fileSystem = {
    ...nodeFileSystem,
    list: (path: string) => {
      calls.list++;
      return nodeFileSystem.list(path);
    },
    lengthOf: (path: string) => {
      calls.lengthOf++;
      return nodeFileSystem.lengthOf(path);
    },
  };
  return { calls, fileSystem };
}

describe('roots that may have files', () => {
  it('a root is new once; each directory is listed once, and only if it stands', async () => {
    const { calls, fileSystem } = counting();
    const directory = tempDirectory();
    for (const shard of ['00', '7f', 'ff']) mkdirSync(join(directory, shard));
    const known = new KnownRoots(fileSystem, directory);
    for (let number = 1; number <= 2_000; number++)
      expect(await known.meet(rootOf(number)), `${number}`).toBe(false);
    for (let number = 1; number <= 2_000; number++)
      expect(await known.meet(rootOf(number)), `${number}`).toBe(true);
    expect(calls.list).toBe(1 + 3);
  });

  it('a root with data or marks on disk is known, however it is named, and other names make none known', async () => {
    const directory = tempDirectory();
    const [data, have, other, cut] = [1, 2, 3, 4].map((digit) => `ab${String(digit).repeat(62)}` as FileRoot);
    mkdirSync(join(directory, 'ab'));
    writeFileSync(join(directory, 'ab', `${data}.data`), '');
    writeFileSync(join(directory, 'ab', `${have}.have`), '');
    writeFileSync(join(directory, 'ab', `x${other}.data`), '');
    writeFileSync(join(directory, 'ab', `${cut?.slice(1)}.data`), '');
    const known = new KnownRoots(nodeFileSystem, directory);
    const met = [];
    for (const root of [data, have, other, cut]) met.push(await known.meet(root as FileRoot));
    expect(met).toEqual([true, true, false, false]);
  });

  it('a directory that cannot be listed is an error, and is tried again', async () => {
    let isBroken = true;
    const known = new KnownRoots(
      { ...nodeFileSystem, list: async () => (isBroken ? Promise.reject(new Error('EIO')) : []) },
      tempDirectory(),
    );
    await expect(known.meet(rootOf(1))).rejects.toThrow('EIO');
    isBroken = false;
    expect(await known.meet(rootOf(1))).toBe(false);
  });

  it('a store asks the disk for no file that is not there', async () => {
    const { calls, fileSystem } = counting();
    const store = await openDiskPieceStore({ directory: tempDirectory(), fileSystem });
    for (let number = 1; number <= 500; number++)
      await store.open({ root: rootOf(number), lengthBytes: 1_000 }, () => false);
    expect(calls.lengthOf).toBe(0);
    await store.close();
  });
});
