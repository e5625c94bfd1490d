import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LogStore } from '../../../edge-node/feed/log-store.ts';
import type { CatalogChange, Signed } from '../../../shared/log/entry.ts';
import { createLogCrypto } from '../../../shared/node/crypto/log-crypto.ts';
import type { FileSystem } from '../../../shared/node/store/file-system.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { ImageId } from '../../../shared/units.ts';
import { failingFileSystem } from '../../support/failing-file-system.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { LogWriter } from '../support/log-writer.ts';

const crypto = createLogCrypto();

/** Purges of images that never were: entries without torrents. */
function logOf(count: number): LogWriter {
  const log = new LogWriter();
  for (let number = 2; number <= count; number++)
    log.append({ type: 'purge', imageId: number.toString(16).padStart(24, '0') as ImageId });
  return log;
}

async function opened(dataFolder: string, files?: FileSystem, now = () => Date.now()) {
  const changes: CatalogChange[] = [];
  const diskErrors: Error[] = [];
  const store = await LogStore.open({
    dataFolder,
    rootKey: undefined,
    crypto,
    now,
    listener: {
      applied: (change) => changes.push(change),
      rebuilt: (all) => changes.splice(0, changes.length, ...all),
      diskFailed: (error) => diskErrors.push(error),
    },
    ...(files ? { files } : {}),
  });
  onTestFinished(() => store.close().catch(() => {}));
  return { store, changes, diskErrors };
}

const changesOf = (entries: readonly Signed[]) => entries.map(({ body }) => JSON.parse(body).change);

async function filled(log: LogWriter): Promise<string> {
  const folder = tempDirectory();
  const { store } = await opened(folder);
  await store.pin(log.rootKey.publicKey);
  expect(await store.offerEntries(log.entries)).toBeUndefined();
  expect(await store.offerHead(log.head())).toBeUndefined();
  await store.close();
  return folder;
}

const entriesPath = (folder: string) => join(folder, 'log', 'entries.jsonl');

test('entries, head and root key are there again after a restart', async () => {
  const log = logOf(5);
  const { store, changes } = await opened(await filled(log));
  expect(changes).toEqual(changesOf(log.entries));
  expect(store.head).toEqual({ number: 5, hash: log.hash });
  expect(store.status()).toMatchObject({ number: 5, stale: false, forked: false });
  expect(store.caughtUp).toBe(false);
  await store.offerHead(log.head(Date.now() + 1));
  expect(store.caughtUp).toBe(true);
  await expect(store.pin('f'.repeat(64))).rejects.toMatchObject({ code: 'log_root_key' });
});

test('the first entries of a long frame are in effect before the last ones are judged', async () => {
  const log = logOf(200);
  let judged = 0;
  const judgedBefore: number[] = [];
  const store = await LogStore.open({
    dataFolder: tempDirectory(),
    rootKey: log.rootKey.publicKey,
    crypto: { ...crypto, verifyEd25519: (...args) => ++judged > 0 && crypto.verifyEd25519(...args) },
    now: Date.now,
    listener: { applied: () => judgedBefore.push(judged), rebuilt: () => {}, diskFailed: () => {} },
  });
  onTestFinished(() => store.close());
  expect(await store.offerEntries(log.entries)).toBeUndefined();
  expect(judgedBefore).toHaveLength(200);
  expect(judgedBefore[0]).toBeLessThan(100);
  expect(judgedBefore[199]).toBe(200);
});

test('threat row 51: a torn last line is cut off and offered again', async () => {
  const log = logOf(4);
  const folder = await filled(log);
  const whole = await readFile(entriesPath(folder));
  await writeFile(entriesPath(folder), whole.subarray(0, whole.length - 20));
  const { store, changes } = await opened(folder);
  expect(store.head.number).toBe(3);
  expect(store.cutBytes).toBeGreaterThan(0);
  expect(await store.offerEntries(log.entries)).toBeUndefined();
  expect(changes).toEqual(changesOf(log.entries));
});

test('threat row 30: an edge that lost the end of its log still refuses a shorter or another one', async () => {
  const log = logOf(4);
  const folder = await filled(log);
  const whole = await readFile(entriesPath(folder));
  await writeFile(entriesPath(folder), whole.subarray(0, whole.length - 20));
  const { store } = await opened(folder);
  const other = log.branch(3);
  other.append({ type: 'purge', imageId: 'b'.repeat(24) as ImageId });
  expect(await store.offerEntries(other.entries)).toMatchObject({ code: 'log_fork' });
  expect(await store.offerHead(log.head(Date.now() + 1_000, 60_000, 3))).toMatchObject({
    code: 'log_rollback',
  });
  expect(store.status()).toMatchObject({ number: 3, forked: true });
  expect(await store.offerEntries(log.entries)).toBeUndefined();
  expect(store.head.hash).toBe(log.hash);
});

test('an entry that the disk has changed is cut off, also when it is the last and no hash tells', async () => {
  for (const damaged of [2, 3, 4]) {
    const log = logOf(4);
    const folder = await filled(log);
    const lines = (await readFile(entriesPath(folder), 'utf8')).split('\n');
    // A digit of the purged image's id: still JSON, still an entry.
    lines[damaged - 1] = lines[damaged - 1]!.replace(/(imageId\\":\\"\d{23})\d/, '$19');
    await writeFile(entriesPath(folder), lines.join('\n'));
    const { store, changes } = await opened(folder);
    expect(store.head.number, `line ${damaged}`).toBe(damaged - 1);
    expect(changes).toEqual(changesOf(log.entries.slice(0, damaged - 1)));
    expect(await store.offerEntries(log.entries)).toBeUndefined();
    expect(store.head.hash).toBe(log.hash);
  }
});

test('bytes of zeros at the end, as some file systems leave them after a power cut, are cut off', async () => {
  const log = logOf(3);
  const folder = await filled(log);
  await appendFile(entriesPath(folder), Buffer.alloc(4096));
  const { store } = await opened(folder);
  expect(store.head.number).toBe(3);
  expect(store.cutBytes).toBe(4096);
});

test('threat row 51: whichever call the disk refuses, the edge goes on, and a restart finds a prefix of the log', async () => {
  const log = logOf(6);
  let failing = 1;
  for (; ; failing++) {
    const folder = tempDirectory();
    const files = failingFileSystem(['write', 'sync', 'rename', 'truncate']);
    const { store, changes, diskErrors } = await opened(folder, files);
    await store.pin(log.rootKey.publicKey);
    const before = files.calls();
    files.failAt(failing, 'ENOSPC', false);
    for (const entry of log.entries) {
      expect(await store.offerEntries([entry])).toBeUndefined();
      await store.offerHead(log.head(Date.now(), 60_000, JSON.parse(entry.body).number));
    }
    expect(changes, `call ${failing}`).toEqual(changesOf(log.entries));
    await store.close();
    const again = await opened(folder);
    expect(again.changes, `call ${failing}`).toEqual(changesOf(log.entries).slice(0, again.changes.length));
    expect(again.changes.length).toBeGreaterThanOrEqual(5);
    expect(await again.store.offerEntries(log.entries)).toBeUndefined();
    expect(again.store.head.hash).toBe(log.hash);
    if (diskErrors.length === 0 && files.calls() - before < failing) break;
  }
  expect(failing).toBeGreaterThan(20);
});

test('a heartbeat at the same number is written at most once a minute', async () => {
  const log = logOf(2);
  const folder = tempDirectory();
  let now = Date.now();
  const { store } = await opened(folder, undefined, () => now);
  await store.pin(log.rootKey.publicKey);
  await store.offerEntries(log.entries);
  const saved = async () =>
    JSON.parse(JSON.parse(await readFile(join(folder, 'log', 'highest.json'), 'utf8')).signed.body);
  const first = now;
  await store.offerHead(log.head(first));
  now += 5_000;
  await store.offerHead(log.head(now));
  expect((await saved()).timeMs).toBe(first);
  now += 60_000;
  await store.offerHead(log.head(now));
  expect((await saved()).timeMs).toBe(now);
});

test('entries before any root key is known are refused', async () => {
  const { store } = await opened(tempDirectory());
  await expect(store.offerEntries(logOf(1).entries)).rejects.toMatchObject({ name: 'PeerError' });
});

test('random damage to the folder: opening never fails, and what loads is a prefix of the log', async () => {
  const seed = Number(process.env.SHOAL_TEST_SEED ?? Date.now() % 1_000_000);
  const random = seededRandom(seed);
  const log = logOf(4);
  const folder = await filled(log);
  const names = (await readdir(join(folder, 'log'))).filter((name) => name !== 'root-key');
  const sound = new Map<string, Buffer>();
  for (const name of names) sound.set(name, await readFile(join(folder, 'log', name)));
  for (let round = 0; round < 100; round++) {
    for (const [name, bytes] of sound) {
      const damaged = Buffer.from(bytes.subarray(0, bytes.length - random.integer(3)));
      for (let i = random.integer(4); i > 0; i--)
        damaged[random.integer(damaged.length)] = random.integer(256);
      await writeFile(join(folder, 'log', name), damaged);
    }
    const { store, changes } = await opened(folder);
    expect(changes, `seed ${seed}, round ${round}`).toEqual(changesOf(log.entries.slice(0, changes.length)));
    await store.close();
  }
});
