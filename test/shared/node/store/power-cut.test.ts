/** A power cut is played by what it changes: the machine's boot has another name afterwards, and files may be spoilt. */
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openDiskPieceStore } from '../../../../shared/node/store/disk-piece-store.ts';
import { nodeFileSystem } from '../../../../shared/node/store/file-system.ts';
import { storePaths } from '../../../../shared/node/store/have-file.ts';
import { BLOCK_BYTES } from '../../../../shared/units.ts';
import { failingFileSystem } from '../../../support/failing-file-system.ts';
import { type Content, makeContent, refuseLeaves } from '../../../support/stored-content.ts';
import { tempDirectory } from '../../../support/temp-directory.ts';
import { waitFor } from '../../../support/wait-for.ts';

const OTHER_BOOT = '00000000-0000-4000-8000-000000000000';
const HOUR_MS = 3_600_000;

const never = () => {
  throw new Error('hashed although trusted');
};
const notePath = (directory: string) => join(directory, 'synced.json');
const note = (directory: string) => JSON.parse(readFileSync(notePath(directory), 'utf8'));
const changeNote = (directory: string, change: object) =>
  writeFileSync(notePath(directory), JSON.stringify({ ...note(directory), ...change }));
const powerCut = (directory: string) => changeNote(directory, { bootId: OTHER_BOOT });

/** Writes files whole, and leaves the store open, as kill -9 and power cuts do. */
async function written(directory: string, contents: readonly Content[]) {
  const store = await openDiskPieceStore({ directory, gatherDelayMs: 0 });
  await Promise.all(contents.map(({ file }) => store.open(file, refuseLeaves)));
  await Promise.all(
    contents.map(({ file, leaves, leafCount }) => store.write(file, 0, leaves(0, leafCount))),
  );
  return store;
}

const wholeOf = (directory: string, { file }: Content) => storePaths(directory, file.root).whole;

function spoil(path: string): void {
  const bytes = readFileSync(path);
  bytes[BLOCK_BYTES] = (bytes[BLOCK_BYTES] as number) ^ 1;
  const before = Date.now() / 1000;
  writeFileSync(path, bytes);
  utimesSync(path, before, before);
}

describe('threat row 51: a power cut after files were written whole', () => {
  it('kill -9 alone: the boot is the same, and a whole file is trusted without hashing', async () => {
    const directory = tempDirectory();
    const content = makeContent(3 * BLOCK_BYTES + 5, 1);
    await written(directory, [content]);
    const after = await openDiskPieceStore({ directory });
    expect((await after.open(content.file, never)).isFull).toBe(true);
    expect(await after.read(content.file, 0, 3 * BLOCK_BYTES + 5)).toEqual(content.bytes);
    await after.close();
  });

  it('another boot: recent files are hashed, and of a spoilt one only what is right is kept', async () => {
    const directory = tempDirectory();
    const [good, bad] = [makeContent(3 * BLOCK_BYTES, 2), makeContent(3 * BLOCK_BYTES, 3)];
    await written(directory, [good, bad]);
    spoil(wholeOf(directory, bad));
    powerCut(directory);
    const after = await openDiskPieceStore({ directory, gatherDelayMs: 0 });
    expect((await after.open(good.file, good.verify)).isFull).toBe(true);
    expect([...(await after.open(bad.file, bad.verify)).indexes()]).toEqual([0, 2]);
    await after.write(bad.file, BLOCK_BYTES, bad.leaves(1, 1));
    expect(after.isComplete(bad.file.root)).toBe(true);
    await after.close();
    const last = await openDiskPieceStore({ directory });
    for (const { file, bytes } of [good, bad]) {
      expect((await last.open(file, never)).isFull).toBe(true);
      expect(await last.read(file, 0, file.lengthBytes)).toEqual(bytes);
    }
    await last.close();
  });

  it('what nobody opened since is not trusted after one more start either', async () => {
    const directory = tempDirectory();
    const content = makeContent(2 * BLOCK_BYTES, 4);
    await written(directory, [content]);
    spoil(wholeOf(directory, content));
    powerCut(directory);
    await openDiskPieceStore({ directory });
    expect(note(directory).bootId).not.toBe(OTHER_BOOT);
    const last = await openDiskPieceStore({ directory });
    expect([...(await last.open(content.file, content.verify)).indexes()]).toEqual([0]);
    await last.close();
  });

  it('another boot: a file that was synced before is trusted without hashing', async () => {
    const directory = tempDirectory();
    const [old, recent] = [makeContent(2 * BLOCK_BYTES, 5), makeContent(2 * BLOCK_BYTES, 6)];
    await written(directory, [old, recent]);
    const now = Date.now();
    utimesSync(wholeOf(directory, old), new Date(now - 2 * HOUR_MS), new Date(now - 2 * HOUR_MS));
    changeNote(directory, { bootId: OTHER_BOOT, untilMs: now - HOUR_MS });
    const after = await openDiskPieceStore({ directory });
    expect((await after.open(old.file, never)).isFull).toBe(true);
    expect((await after.open(recent.file, refuseLeaves)).count).toBe(0);
    await after.close();
  });

  it('a good end syncs all: nothing is hashed in the next boot', async () => {
    const directory = tempDirectory();
    const contents = Array.from({ length: 40 }, (_, index) => makeContent(3000, 10 + index));
    await (await written(directory, contents)).close();
    powerCut(directory);
    const after = await openDiskPieceStore({ directory });
    for (const { file } of contents) expect((await after.open(file, never)).isFull).toBe(true);
    await after.close();
  });

  it.each(['gone', 'torn', 'of a system without names for its boots'])(
    'a note that is %s: no file counts as synced',
    async (how) => {
      const directory = tempDirectory();
      const content = makeContent(2 * BLOCK_BYTES, 60);
      await (await written(directory, [content])).close();
      if (how === 'torn') writeFileSync(notePath(directory), '{"bootId":"0');
      else if (how === 'gone') writeFileSync(notePath(directory), '');
      else changeNote(directory, { bootId: undefined, untilMs: 0 });
      const after = await openDiskPieceStore({ directory });
      expect((await after.open(content.file, refuseLeaves)).count).toBe(0);
      await after.close();
    },
  );

  it('the clock was set back: what is written then does not pass for synced', async () => {
    const directory = tempDirectory();
    await written(directory, []);
    changeNote(directory, { untilMs: Date.now() + HOUR_MS });
    const content = makeContent(2 * BLOCK_BYTES, 61);
    await written(directory, [content]);
    spoil(wholeOf(directory, content));
    powerCut(directory);
    const after = await openDiskPieceStore({ directory });
    expect([...(await after.open(content.file, content.verify)).indexes()]).toEqual([0]);
    await after.close();
  });

  it('a file whose sync fails is not kept', async () => {
    const directory = tempDirectory();
    const errors: string[] = [];
    const fileSystem = failingFileSystem(['sync']);
    const store = await openDiskPieceStore({
      directory,
      gatherDelayMs: 0,
      fileSystem,
      onError: (error) => errors.push(error.code),
    });
    const content = makeContent(100, 62);
    await store.open(content.file, refuseLeaves);
    await store.write(content.file, 0, content.leaves(0, 1));
    fileSystem.failAt(1, 'EIO', false);
    await store.close();
    expect(errors).toEqual(['store_io']);
    expect(existsSync(wholeOf(directory, content))).toBe(false);
  });

  it('a disk that cannot be looked through at the start: every file is hashed, by this start and the next', async () => {
    const directory = tempDirectory();
    const content = makeContent(2 * BLOCK_BYTES, 63);
    await written(directory, [content]);
    spoil(wholeOf(directory, content));
    powerCut(directory);
    const fileSystem = failingFileSystem(['rename']);
    fileSystem.failAt(1, 'EIO', true);
    const errors: string[] = [];
    const failing = await openDiskPieceStore({
      directory,
      fileSystem,
      onError: ({ code }) => errors.push(code),
    });
    expect((await failing.open(content.file, content.verify)).count).toBe(0);
    await failing.close();
    expect(errors).toContain('store_io');
    const after = await openDiskPieceStore({ directory });
    expect([...(await after.open(content.file, content.verify)).indexes()]).toEqual([0]);
    await after.close();
  });

  it('files are synced in the background, seconds after they were written, and the note moves on', async () => {
    const directory = tempDirectory();
    const store = await openDiskPieceStore({ directory, gatherDelayMs: 0 });
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'performance'] });
    try {
      const content = makeContent(100, 64);
      await store.open(content.file, refuseLeaves);
      await store.write(content.file, 0, content.leaves(0, 1));
      const writtenAt = Date.now();
      await vi.advanceTimersByTimeAsync(14_000);
      expect(note(directory).untilMs).toBeLessThan(writtenAt);
      await vi.advanceTimersByTimeAsync(3_000);
      await waitFor(() => expect(note(directory).untilMs).toBeGreaterThanOrEqual(writtenAt));
    } finally {
      vi.useRealTimers();
      await store.close();
    }
  });

  it('kill -9 between write and rename leaves a temporary file, which is no file of the store and is swept', async () => {
    const directory = tempDirectory();
    const content = makeContent(2 * BLOCK_BYTES, 65);
    const whole = wholeOf(directory, content);
    await nodeFileSystem.makeDirectory(storePaths(directory, content.file.root).directory);
    writeFileSync(`${whole}.00112233aabb.tmp`, content.bytes);
    const store = await openDiskPieceStore({ directory, gatherDelayMs: 0 });
    expect((await store.open(content.file, never)).count).toBe(0);
    await store.write(content.file, 0, content.leaves(0, 1));
    await store.sweep(new Set([content.file.root]));
    expect(readdirSync(storePaths(directory, content.file.root).directory)).toEqual([
      `${content.file.root}.data`,
    ]);
    await store.close();
  });
});
