import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LogFile, MAX_LINE_BYTES } from '../../../edge-node/feed/log-file.ts';
import type { Signed } from '../../../shared/log/entry.ts';
import { type FileSystem, nodeFileSystem } from '../../../shared/node/store/file-system.ts';
import { seededRandom } from '../../../shared/random.ts';
import { tempDirectory } from '../../support/temp-directory.ts';

const entry = (number: number): Signed => ({
  body: `{"number":${number},"text":"é\\n\u2028"}`,
  signature: 'ab',
});

async function reopen(path: string, refuse = -1) {
  const loaded: Signed[] = [];
  const file = await LogFile.open(path, (signed) => {
    if (loaded.length === refuse) return false;
    loaded.push(signed);
    return true;
  });
  onTestFinished(() => file.close().catch(() => {}));
  return { file, loaded };
}

/** The n-th write (which leaves half its bytes behind) or sync after opening fails. */
function failingFileSystem(call: 'write' | 'sync', failing: number): FileSystem {
  let calls = 0;
  const fails = (name: string) => name === call && ++calls === failing;
  return {
    ...nodeFileSystem,
    open: async (path, create) => {
      const file = await nodeFileSystem.open(path, create);
      let opened = false;
      return {
        read: (into, offset) => file.read(into, offset),
        truncate: (length) => file.truncate(length),
        lengthBytes: () => file.lengthBytes(),
        identity: () => file.identity(),
        close: () => file.close(),
        write: async (chunks, offset) => {
          if (!fails('write')) return file.write(chunks, offset);
          const whole = Buffer.concat(chunks);
          await file.write([whole.subarray(0, whole.length / 2)], offset);
          throw new Error('ENOSPC');
        },
        sync: async () => {
          if (opened && fails('sync')) throw new Error('EIO');
          opened = true;
          await file.sync();
        },
      };
    },
  };
}

async function written(count: number): Promise<string> {
  const path = join(tempDirectory(), 'entries.jsonl');
  const { file } = await reopen(path);
  await file.append(Array.from({ length: count }, (_, index) => entry(index + 1)));
  await file.close();
  return path;
}

test('entries come back in order, byte for byte', async () => {
  const { loaded, file } = await reopen(await written(3));
  expect(loaded).toEqual([entry(1), entry(2), entry(3)]);
  expect(file.cutBytes).toBe(0);
});

test('threat row 51: a torn last line, cut at any byte, is found and cut off', async () => {
  const path = await written(2);
  const whole = await readFile(path);
  const firstLine = whole.indexOf(0x0a) + 1;
  for (let size = firstLine; size < whole.length; size++) {
    await writeFile(path, whole.subarray(0, size));
    const { file, loaded } = await reopen(path);
    expect(loaded, `cut at ${size}`).toEqual([entry(1)]);
    expect(file.cutBytes).toBe(size - firstLine);
    await file.append([entry(9)]);
    await file.close();
    expect((await reopen(path)).loaded, `appended after a cut at ${size}`).toEqual([entry(1), entry(9)]);
  }
});

test('an entry that is not accepted is cut off with all that follows', async () => {
  const path = await written(4);
  expect((await reopen(path, 2)).loaded).toEqual([entry(1), entry(2)]);
  expect((await reopen(path)).loaded).toEqual([entry(1), entry(2)]);
});

test('a line longer than any entry ends the reading, however long the file', async () => {
  const path = await written(1);
  await appendFile(path, 'x'.repeat(MAX_LINE_BYTES * 3));
  const { file, loaded } = await reopen(path);
  expect(loaded).toEqual([entry(1)]);
  expect(file.cutBytes).toBe(MAX_LINE_BYTES * 3);
});

test('entries larger than the reading buffer come back whole', async () => {
  const path = join(tempDirectory(), 'entries.jsonl');
  const { file } = await reopen(path);
  const large = { body: 'é'.repeat(300_000), signature: 'cd' };
  await file.append([large, entry(2), large]);
  expect((await reopen(path)).loaded).toEqual([large, entry(2), large]);
});

test('threat row 51: whichever write or sync the disk refuses, no entry is lost from the order', async () => {
  for (const call of ['write', 'sync'] as const) {
    for (let failing = 1; failing <= 3; failing++) {
      const path = await written(1);
      const file = await LogFile.open(path, () => true, failingFileSystem(call, failing));
      for (let number = 2; number <= 5; number++) await file.append([entry(number)]).catch(() => {});
      await file.close();
      const { loaded } = await reopen(path);
      expect(loaded, `${call} ${failing}`).toEqual([1, 2, 3, 4, 5].map(entry));
    }
  }
});

test('random damage: what loads is always a prefix of what was written', async () => {
  const path = await written(6);
  const whole = await readFile(path);
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    const damaged = Buffer.from(whole);
    for (let i = 0; i <= random.integer(3); i++)
      damaged[random.integer(damaged.length)] = random.integer(256);
    await writeFile(path, damaged);
    if (random.integer(2) === 0) await truncate(path, random.integer(damaged.length));
    const expected = Array.from({ length: 6 }, (_, index) => entry(index + 1));
    let next = 0;
    const file = await LogFile.open(path, (signed) => {
      const same = signed.body === expected[next]?.body && signed.signature === 'ab';
      if (same) next++;
      return same;
    });
    await file.append([entry(7)]);
    await file.close();
    const { loaded } = await reopen(path);
    expect(loaded, `seed ${seed}`).toEqual([...expected.slice(0, next), entry(7)]);
  }
});
