/** What the keeper says is done on a real disk, whose calls are listed and may fail. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EvidenceFiles } from '../../../edge-node/feed/evidence-files.ts';
import { LogDisk } from '../../../edge-node/feed/log-disk.ts';
import { LogFile } from '../../../edge-node/feed/log-file.ts';
import { parseEntryBody } from '../../../shared/log/codec.ts';
import type { Signed } from '../../../shared/log/entry.ts';
import type { KeeperAction } from '../../../shared/log/keeper.ts';
import { createLogCrypto } from '../../../shared/node/crypto/log-crypto.ts';
import type { ImageId } from '../../../shared/units.ts';
import { failingFileSystem } from '../../support/failing-file-system.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { LogWriter } from '../support/log-writer.ts';

const crypto = createLogCrypto();
const imageId = (number: number) => number.toString(16).padStart(24, '0') as ImageId;

function logOf(count: number): LogWriter {
  const log = new LogWriter();
  for (let number = 2; number <= count; number++) log.append({ type: 'purge', imageId: imageId(number) });
  return log;
}

const append = (signed: Signed): KeeperAction => ({
  type: 'append',
  signed,
  entry: parseEntryBody(signed.body),
});
const changeOf = (signed: Signed) => parseEntryBody(signed.body).change;

async function opened() {
  const folder = tempDirectory();
  await mkdir(join(folder, 'log'));
  const files = failingFileSystem(['write', 'rename', 'truncate']);
  const evidence = new EvidenceFiles(join(folder, 'log'), join(folder, 'forks'), files);
  const file = await LogFile.open(join(folder, 'log', 'entries.jsonl'), () => true, files);
  onTestFinished(() => file.close().catch(() => {}));
  /** What was told, with how many entries were on disk then. */
  const told: unknown[] = [];
  const disk = new LogDisk({
    file,
    evidence,
    listener: {
      applied: (change, number) => told.push({ number, change, stored: disk.count }),
      rebuilt: (changes) => told.push({ changes, stored: disk.count }),
      diskFailed: ({ message }) => told.push({ message }),
    },
    now: () => 0,
  });
  return { disk, evidence, files, told };
}

test('entries of one offer are written at once, and are in effect when all of them are on disk', async () => {
  const { disk, files, told } = await opened();
  const { entries } = logOf(3);
  const before = files.calls();
  await disk.perform(entries.map(append));
  expect(files.calls() - before).toBe(1);
  expect(told).toEqual(
    entries.map((signed, index) => ({ number: index + 1, change: changeOf(signed), stored: 3 })),
  );
});

test('a rewind comes between what stood before and after it; the listener is given all changes anew', async () => {
  const { disk, told } = await opened();
  const log = logOf(3);
  const other = log.branch(1);
  const instead = other.append({ type: 'purge', imageId: imageId(9) });
  await disk.perform([...log.entries.map(append), { type: 'rewind', toNumber: 1 }, append(instead)]);
  expect(told).toEqual([{ changes: [log.entries[0]!, instead].map(changeOf), stored: 2 }]);
});

test.each([
  ['truncate', 1],
  ['write', 2],
])(
  'threat row 51: a rewind whose %s the disk refuses leaves in effect what counts, and nothing else',
  async (_call, failing) => {
    const { disk, files, told } = await opened();
    const log = logOf(3);
    await disk.perform(log.entries.map(append));
    told.length = 0;
    const other = log.branch(1);
    const instead = other.append({ type: 'purge', imageId: imageId(9) });
    files.failAt(failing, 'EIO', false);
    await disk.perform([{ type: 'rewind', toNumber: 1 }, append(instead)]);
    const changes = [log.entries[0]!, instead].map(changeOf);
    expect(told).toMatchObject([{ message: expect.stringContaining('EIO') }, { changes }]);
  },
);

test('a proof that the disk refuses is told, and what comes after it is done', async () => {
  const { disk, files, told } = await opened();
  const log = logOf(2);
  const proof = { number: 2, ours: undefined, theirs: { kind: 'entry' as const, signed: log.entries[1]! } };
  files.failAt(1, 'ENOSPC', false);
  await disk.perform([{ type: 'saveProof', proof }, ...log.entries.map(append)]);
  expect(told).toMatchObject([{ message: expect.stringContaining('ENOSPC') }, { number: 1 }, { number: 2 }]);
});

test('the highest head seen is on disk when it is due, and at the latest after the end', async () => {
  const { disk, evidence } = await opened();
  const log = logOf(2);
  const saved = async () => (await evidence.highest(crypto))?.signed;
  const see = (signed: Signed) => disk.perform([{ type: 'saveHighest', evidence: { kind: 'head', signed } }]);
  const [first, later] = [log.head(1_000), log.head(2_000)];
  await see(first);
  await disk.saveHighestIfDue(2);
  expect(await saved()).toEqual(first);
  await see(later);
  await disk.saveHighestIfDue(2);
  expect(await saved()).toEqual(first);
  await disk.close(2);
  expect(await saved()).toEqual(later);
});
