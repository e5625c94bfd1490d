/** What an edge notes for itself (log, evidence, whole sets, siblings), under a fault at the n-th call, for every n. */
import { describe, expect, it } from 'vitest';
import { LogStore } from '../../edge-node/feed/log-store.ts';
import { FleetBook } from '../../edge-node/fleet-book.ts';
import { FleetFile } from '../../edge-node/fleet-file.ts';
import { CompleteSets } from '../../edge-node/images/complete-sets.ts';
import { createLogCrypto } from '../../shared/node/crypto/log-crypto.ts';
import { seededRandom } from '../../shared/random.ts';
import type { ImageId, InfoHash, PeerId } from '../../shared/units.ts';
import { MemoryDisk } from '../support/memory-disk.ts';
import { type Fault, MemoryFileSystem } from '../support/memory-file-system.ts';
import { LogWriter } from './support/log-writer.ts';

const SEED = Number(process.env.SHOAL_TEST_SEED ?? 815);
const FOLDER = '/data';
const ENDS = ['kill -9', 'power cut'] as const;
/** What a cut takes is drawn so often for each call. */
const DRAWS = 3;
/** Every call of the recovery comes up, with every so many first faults. */
const STRIDE = 61;

const crypto = createLogCrypto();
const log = new LogWriter();
for (let number = 2; number <= 6; number++)
  log.append({ type: 'purge', imageId: number.toString(16).padStart(24, '0') as ImageId });
const fork = log.branch(3);
fork.append({ type: 'purge', imageId: 'f'.repeat(24) as ImageId });

const setOf = (digit: number) => String(digit).repeat(40) as InfoHash;
const siblingsOf = (count: number) =>
  Array.from({ length: count }, (_, place) => ({
    peerId: String(place + 1).repeat(40) as PeerId,
    host: `10.0.0.${place + 1}`,
    port: 6882,
  }));

/** What it said is on disk. */
interface Kept {
  entries: number;
  sets: Set<InfoHash>;
  siblings: number;
  isForkProven: boolean;
}

async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    return (await work()) !== false;
  } catch (error) {
    if ((error as { code?: string }).code === undefined) throw error;
    return false;
  }
}

async function openLog(files: MemoryFileSystem) {
  let failures = 0;
  const changes: unknown[] = [];
  const store = await LogStore.open({
    dataFolder: FOLDER,
    rootKey: undefined,
    crypto,
    now: () => 1_700_000_000_000,
    listener: {
      applied: (change) => changes.push(change),
      rebuilt: (all) => changes.splice(0, changes.length, ...all),
      diskFailed: () => failures++,
    },
    files,
  });
  return { store, changes, failures: () => failures };
}

const openSets = (files: MemoryFileSystem) => CompleteSets.open(FOLDER, () => true, files);

async function openFleet(files: MemoryFileSystem) {
  let failures = 0;
  const book = new FleetBook('0'.repeat(40) as PeerId);
  const file = await FleetFile.open(FOLDER, book, () => failures++, files);
  return { book, file, failures: () => failures };
}

async function keepLog(files: MemoryFileSystem, kept: Kept): Promise<void> {
  const { store, failures } = await openLog(files);
  await store.pin(log.rootKey.publicKey);
  for (const entry of log.entries) {
    await store.offerEntries([entry]);
    await store.offerHead(log.head(1_700_000_000_000, 60_000, JSON.parse(entry.body).number));
    if (failures() === 0) kept.entries++;
  }
  await store.offerEntries(fork.entries.slice(3));
  await store.offerHead(fork.head(1_700_000_000_000));
  kept.isForkProven = failures() === 0;
  await store.close();
}

async function keepSets(files: MemoryFileSystem, kept: Kept): Promise<void> {
  const sets = await openSets(files);
  const flush = async (now: readonly number[]) => {
    // Between the two either may be true.
    const next = now.map(setOf);
    for (const set of kept.sets) if (!next.includes(set)) kept.sets.delete(set);
    if (await attempt(() => sets.flush())) kept.sets = new Set(next);
  };
  sets.add(setOf(1), 16_384);
  sets.add(setOf(2), 16_384);
  await flush([1, 2]);
  sets.remove(setOf(1));
  await flush([2]);
  sets.add(setOf(3), 32_768);
  await flush([2, 3]);
}

async function keepFleet(files: MemoryFileSystem, kept: Kept): Promise<void> {
  const { book, file, failures } = await openFleet(files);
  for (const count of [1, 2, 3]) {
    book.setSiblings(siblingsOf(count));
    await file.close();
    if (failures() === 0) kept.siblings = count;
  }
}

/** One life of all of them. */
async function live(disk: MemoryDisk, fault?: Fault): Promise<{ kept: Kept; files: MemoryFileSystem }> {
  const files = new MemoryFileSystem(disk, fault);
  const kept: Kept = { entries: 0, sets: new Set(), siblings: 0, isForkProven: false };
  await attempt(() => files.makeDirectory(FOLDER));
  for (const keep of [keepLog, keepSets, keepFleet]) await attempt(() => keep(files, kept));
  return { kept, files };
}

async function check(disk: MemoryDisk, kept: Kept, context: string): Promise<void> {
  const files = new MemoryFileSystem(disk);
  const { store, changes } = await openLog(files);
  const all = log.entries.map(({ body }) => JSON.parse(body).change);
  expect(changes, context).toEqual(all.slice(0, changes.length));
  expect(changes.length, `${context}: entries`).toBeGreaterThanOrEqual(kept.entries);
  if (kept.isForkProven) expect(store.status().forked, `${context}: the proof of the fork`).toBe(true);
  await store.close();
  const sets = await openSets(files);
  for (const set of kept.sets) expect(sets.pieceLengthOf(set), `${context}: set ${set[0]}`).toBeDefined();
  expect([undefined, 32_768], context).toContain(sets.pieceLengthOf(setOf(3)));
  if (kept.sets.has(setOf(3)))
    expect(sets.pieceLengthOf(setOf(1)), `${context}: set 1 is gone`).toBeUndefined();
  const { book, file } = await openFleet(files);
  const siblings = book
    .nodes()
    .map(({ peerId, address }) => ({ peerId, host: address.ip, port: address.port }));
  expect(siblings, context).toEqual(siblingsOf(siblings.length));
  expect(siblings.length, `${context}: siblings`).toBeGreaterThanOrEqual(kept.siblings);
  await file.close();
}

const merged = (a: Kept, b: Kept): Kept => ({
  entries: Math.max(a.entries, b.entries),
  sets: b.sets,
  siblings: 0,
  isForkProven: a.isForkProven || b.isForkProven,
});

describe('threat row 51: what an edge notes for itself, under a fault at the n-th call, for every n', {
  timeout: 120_000,
}, () => {
  it.each(ENDS)('%s: what was kept is there, and nothing else', async (how) => {
    for (let n = 1, isOver = false; !isOver; n++)
      for (let draw = 0; draw < (how === 'kill -9' ? 1 : DRAWS); draw++) {
        const seed = SEED + DRAWS * n + draw;
        const disk = new MemoryDisk();
        const { kept, files } = await live(disk, { at: n, kind: 'end' });
        if (how === 'power cut') disk.cutPower(seededRandom(seed));
        await check(disk, kept, `seed ${seed}, ${how} at call ${n}`);
        isOver = !files.hasFailed;
      }
  });

  it.each(['EIO', 'ENOSPC'] as const)(
    '%s: what was kept is there after a power cut, and nothing else',
    async (kind) => {
      for (const forGood of [false, true])
        for (let n = 1, isOver = false; !isOver; n++) {
          const disk = new MemoryDisk();
          const { kept, files } = await live(disk, { at: n, kind, forGood });
          disk.cutPower(seededRandom(SEED + n));
          await check(disk, kept, `seed ${SEED + n}, ${kind} at call ${n}, for good: ${forGood}`);
          isOver = !files.hasFailed;
        }
    },
  );

  it.each(ENDS)('%s, and a second fault at any call of the recovery', async (how) => {
    const { files } = await live(new MemoryDisk());
    for (let n = 1; n <= files.calls; n++)
      for (let m = 1 + (n % STRIDE), isOver = false; !isOver; m += STRIDE) {
        const seed = SEED + 1000 * n + m;
        const disk = new MemoryDisk();
        const first = await live(disk, { at: n, kind: 'end' });
        if (how === 'power cut') disk.cutPower(seededRandom(seed));
        const second = await live(disk, { at: m, kind: 'end' });
        if (how === 'power cut') disk.cutPower(seededRandom(seed + 1));
        await check(disk, merged(first.kept, second.kept), `seed ${seed}, ${how} at calls ${n} and ${m}`);
        isOver = !second.files.hasFailed;
      }
  });
});
