/** The .torrent files of an edge on disk. */
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TorrentFiles } from '../../../edge-node/images/torrent-files.ts';
import { shareWriterThread } from '../../../edge-node/writer-thread.ts';
import type { WholeFile } from '../../../shared/node/store/file-batches.ts';
import { nodeFileSystem } from '../../../shared/node/store/file-system.ts';
import type { InfoHash } from '../../../shared/units.ts';
import { tempDirectory } from '../../support/temp-directory.ts';

const hashOf = (number: number) => number.toString(16).padStart(40, '0') as InfoHash;
const contentOf = (number: number) => Buffer.from(`torrent ${number}`);

async function open() {
  const folder = tempDirectory();
  const thread = shareWriterThread();
  onTestFinished(() => thread.close());
  let batches = 0;
  const counting = {
    ...nodeFileSystem,
    batches: () => {
      const shared = thread.files.batches();
      return {
        ...shared,
        writeWhole: (files: readonly WholeFile[]) => {
          batches++;
          return shared.writeWhole(files);
        },
      };
    },
  };
  const files = await TorrentFiles.open(folder, counting);
  onTestFinished(() => files.close());
  return { files, folder: join(folder, 'torrents'), batches: () => batches };
}

test('files that come together are written together, under their own names only', async () => {
  const { files, folder, batches } = await open();
  for (let number = 0; number < 100; number++) files.write(hashOf(number), contentOf(number));
  expect(batches()).toBe(0);
  await files.close();
  expect(batches()).toBe(1);
  expect(readdirSync(folder)).toEqual(Array.from({ length: 100 }, (_, number) => hashOf(number)));
});

test('what is read, listed as there or removed meanwhile is what was written last', async () => {
  const { files, folder } = await open();
  files.write(hashOf(1), contentOf(1));
  expect(files.has(hashOf(1))).toBe(true);
  expect(await files.read(hashOf(1))).toEqual(new Uint8Array(contentOf(1)));
  files.write(hashOf(1), contentOf(2));
  files.write(hashOf(2), contentOf(2));
  await files.remove(hashOf(1));
  expect(files.has(hashOf(1))).toBe(false);
  expect(await files.read(hashOf(1))).toBeUndefined();
  expect(await files.read(hashOf(2))).toEqual(new Uint8Array(contentOf(2)));
  expect(readdirSync(folder)).toEqual([hashOf(2)]);
});

test('much of it does not wait for more', async () => {
  const { files, batches } = await open();
  files.write(hashOf(1), Buffer.alloc(1_048_576));
  await expect.poll(batches).toBe(1);
});

test('what the disk refuses is not there, and harms no other', async () => {
  const { files, folder } = await open();
  mkdirSync(join(folder, hashOf(1)));
  files.write(hashOf(1), contentOf(1));
  files.write(hashOf(2), contentOf(2));
  expect(await files.read(hashOf(2))).toEqual(new Uint8Array(contentOf(2)));
  expect(files.has(hashOf(1))).toBe(false);
  expect(await files.read(hashOf(1))).toBeUndefined();
});

test('a sweep leaves alone what is being written', async () => {
  const folder = tempDirectory();
  let rename = () => {};
  const beginsOnly = {
    ...nodeFileSystem,
    batches: () => ({
      writeWhole: async (files: readonly WholeFile[]) => {
        for (const { temporaryPath, chunks } of files) writeFileSync(temporaryPath, Buffer.concat(chunks));
        await new Promise<void>((resolve) => {
          rename = resolve;
        });
        return files.map(({ temporaryPath, path }) => {
          if (!existsSync(temporaryPath)) return new Error('ENOENT');
          renameSync(temporaryPath, path);
          return undefined;
        });
      },
      sync: async () => [],
      close: async () => {},
    }),
  };
  const files = await TorrentFiles.open(folder, beginsOnly);
  writeFileSync(join(folder, 'torrents', `${hashOf(1)}.1.tmp`), 'of an earlier life');
  files.write(hashOf(2), contentOf(2));
  const closing = files.close();
  await expect.poll(() => readdirSync(join(folder, 'torrents')).length).toBe(2);
  await files.sweep((name) => name === hashOf(2));
  rename();
  await closing;
  expect(files.has(hashOf(2))).toBe(true);
  expect(readdirSync(join(folder, 'torrents'))).toEqual([hashOf(2)]);
});
