/** What every piece store must do; run over the one on disk and the one in memory. */
import { writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PieceStore } from '../../shared/node/store/piece-store.ts';
import { BLOCK_BYTES } from '../../shared/units.ts';
import { makeContent, refuseLeaves } from '../support/stored-content.ts';
import { tempDirectory } from '../support/temp-directory.ts';

export function pieceStoreContract(name: string, makeStore: () => Promise<PieceStore>): void {
  const start = async () => {
    const store = await makeStore();
    onTestFinished(() => store.close());
    return store;
  };

  describe(`${name} keeps the piece store's contract`, () => {
    it('an unknown file holds nothing', async () => {
      const store = await start();
      const { file, leafCount } = makeContent(3 * BLOCK_BYTES + 5, 1);
      const held = await store.open(file, refuseLeaves);
      expect([held.size, held.count]).toEqual([leafCount, 0]);
      expect([store.isComplete(file.root), store.heldBytes]).toEqual([false, 0]);
    });

    it('what was written can be read at once, before the write resolves', async () => {
      const store = await start();
      const { file, leaves } = makeContent(4 * BLOCK_BYTES, 2);
      await store.open(file, refuseLeaves);
      const writing = store.write(file, BLOCK_BYTES, leaves(1, 2));
      expect(await store.read(file, BLOCK_BYTES, 2 * BLOCK_BYTES)).toEqual(leaves(1, 2));
      await writing;
      expect(await store.read(file, BLOCK_BYTES + 7, 100)).toEqual(leaves(1, 1).slice(7, 107));
      expect(store.heldBytes).toBe(2 * BLOCK_BYTES);
    });

    it('a range that is not wholly held is rejected with store_missing', async () => {
      const store = await start();
      const { file, leaves } = makeContent(4 * BLOCK_BYTES, 3);
      await store.open(file, refuseLeaves);
      await store.write(file, 0, leaves(0, 2));
      const ranges = [
        [BLOCK_BYTES, BLOCK_BYTES + 1],
        [3 * BLOCK_BYTES, 1],
        [0, file.lengthBytes + 1],
        [-1, 2],
        [0, 0],
      ] as const;
      for (const [offset, length] of ranges)
        await expect(
          (async () => await store.read(file, offset, length))(),
          `[${offset}, +${length})`,
        ).rejects.toMatchObject({ code: 'store_missing' });
    });

    it('a file is complete when its last leaf is written, in whatever order and size they came', async () => {
      const store = await start();
      const { file, bytes, leaves } = makeContent(5 * BLOCK_BYTES + 100, 4);
      await store.open(file, refuseLeaves);
      for (const [first, count] of [
        [5, 1],
        [1, 2],
        [0, 1],
        [3, 2],
      ] as const) {
        expect(store.isComplete(file.root)).toBe(false);
        await store.write(file, first * BLOCK_BYTES, leaves(first, count));
      }
      expect(store.isComplete(file.root)).toBe(true);
      expect(store.heldBytes).toBe(file.lengthBytes);
      expect(await store.read(file, 0, file.lengthBytes)).toEqual(bytes);
    });

    it('the same file opened twice is one file', async () => {
      const store = await start();
      const { file, leaves } = makeContent(2 * BLOCK_BYTES, 5);
      await store.open(file, refuseLeaves);
      await store.write(file, 0, leaves(0, 1));
      const again = await store.open(file, refuseLeaves);
      expect([...again.indexes()]).toEqual([0]);
      again.set(1);
      expect(store.isComplete(file.root)).toBe(false);
    });

    it('a root that is open with another length is refused with store_mismatch', async () => {
      const store = await start();
      const { file } = makeContent(2 * BLOCK_BYTES, 6);
      await store.open(file, refuseLeaves);
      await expect(store.open({ ...file, lengthBytes: 9 }, refuseLeaves)).rejects.toMatchObject({
        code: 'store_mismatch',
      });
    });

    it('a write that is not of whole leaves is our own mistake and is told so', async () => {
      const store = await start();
      const { file, leaves } = makeContent(2 * BLOCK_BYTES, 7);
      await store.open(file, refuseLeaves);
      const write = async (offset: number, bytes: Uint8Array) => await store.write(file, offset, bytes);
      await expect(write(1, leaves(0, 1))).rejects.toThrow('write');
      await expect(write(0, leaves(0, 1).slice(1))).rejects.toThrow('write');
    });

    it('a finished file is taken over by rename and can be read whole', async () => {
      const store = await start();
      const { file, bytes } = makeContent(BLOCK_BYTES + 17, 8);
      const path = join(tempDirectory(), 'rendition');
      writeFileSync(path, bytes);
      await store.adopt(file, path);
      expect(store.isComplete(file.root)).toBe(true);
      expect(await store.read(file, 0, file.lengthBytes)).toEqual(bytes);
      await expect(stat(path)).rejects.toThrow('ENOENT');
      expect((await store.open(file, refuseLeaves)).isFull).toBe(true);
    });

    it('a file of another length is not taken over, nor is one that is not there', async () => {
      const store = await start();
      const { file, bytes } = makeContent(BLOCK_BYTES, 9);
      const path = join(tempDirectory(), 'rendition');
      writeFileSync(path, bytes.slice(1));
      await expect(store.adopt(file, path)).rejects.toMatchObject({ code: 'store_mismatch' });
      await expect(store.adopt(file, `${path}-gone`)).rejects.toMatchObject({ code: 'store_missing' });
      expect(store.isComplete(file.root)).toBe(false);
    });

    it('a removed file holds nothing, and can be written again', async () => {
      const store = await start();
      const { file, leaves } = makeContent(2 * BLOCK_BYTES, 10);
      await store.open(file, refuseLeaves);
      await store.write(file, 0, leaves(0, 2));
      await store.remove(file.root);
      expect([store.isComplete(file.root), store.heldBytes]).toEqual([false, 0]);
      await expect((async () => await store.read(file, 0, 1))()).rejects.toMatchObject({
        code: 'store_missing',
      });
      expect((await store.open(file, refuseLeaves)).count).toBe(0);
      await store.write(file, BLOCK_BYTES, leaves(1, 1));
      expect(await store.read(file, BLOCK_BYTES, BLOCK_BYTES)).toEqual(leaves(1, 1));
    });

    it('a sweep leaves only what is kept', async () => {
      const store = await start();
      const [kept, dropped] = [makeContent(100, 11), makeContent(200, 12)];
      for (const { file, bytes } of [kept, dropped]) {
        await store.open(file, refuseLeaves);
        await store.write(file, 0, bytes.slice());
      }
      const missing: string[] = [];
      const absent = makeContent(300, 13).file.root;
      await store.flush();
      await store.sweep(new Set([kept.file.root, absent]), (root) => missing.push(root));
      expect(missing).toEqual([absent]);
      expect([store.isComplete(kept.file.root), store.isComplete(dropped.file.root)]).toEqual([true, false]);
      expect(store.heldBytes).toBe(100);
    });
  });
}
