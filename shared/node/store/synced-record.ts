/** The store's note `synced.json`: in which boot of the machine it was written, and up to when all is synced. */
import type { FileSystem } from './file-system.ts';
import { errnoOf } from './store-error.ts';

export interface SyncedRecord {
  /** The kernel's name of the boot, a new one at each; undefined where the system has none. */
  readonly bootId: string | undefined;
  /** Files last written up to this time (wall clock, as their mtime) survive a power cut. */
  readonly untilMs: number;
}

const BOOT_ID_PATH = '/proc/sys/kernel/random/boot_id';
/** Both files are far shorter; what is longer is not ours. */
const MAX_BYTES = 256;

/** Undefined where there is no such file (other systems than Linux), or it cannot be read. */
export async function readBootId(fileSystem: FileSystem): Promise<string | undefined> {
  try {
    const text = (await fileSystem.readText(BOOT_ID_PATH, MAX_BYTES)).trim();
    return /^[0-9a-f-]{36}$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when there is none or it is damaged: then nothing counts as synced. */
export async function readRecord(
  fileSystem: FileSystem,
  directory: string,
): Promise<SyncedRecord | undefined> {
  try {
    return parseRecord(await fileSystem.readText(pathIn(directory), MAX_BYTES));
  } catch (error) {
    if (errnoOf(error) !== undefined) return undefined;
    throw error;
  }
}

export function parseRecord(text: string): SyncedRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { bootId, untilMs } = value as Record<string, unknown>;
  if (bootId !== undefined && typeof bootId !== 'string') return undefined;
  if (typeof untilMs !== 'number' || !Number.isSafeInteger(untilMs) || untilMs < 0) return undefined;
  return { bootId, untilMs };
}

/** Replaces it whole. @throws what the disk throws */
export async function writeRecord(
  fileSystem: FileSystem,
  directory: string,
  record: SyncedRecord,
): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
  const path = pathIn(directory);
  const file = await fileSystem.open(`${path}.new`, true);
  try {
    await file.write([bytes], 0);
    await file.truncate(bytes.length);
    await file.sync();
  } finally {
    await file.close();
  }
  await fileSystem.rename(`${path}.new`, path);
  // It may say less than the one before: that one must not come back.
  await fileSystem.syncDirectory(directory);
}

const pathIn = (directory: string): string => `${directory}/synced.json`;
