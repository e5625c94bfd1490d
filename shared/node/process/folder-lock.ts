/**
 * One process for one folder: two would empty each other's work folders and write into each other's stores.
 *
 * The lock is SQLite's, on a file in the folder, by fcntl(2). The kernel holds it for the process and takes it back
 * however that ends, so none stays behind; it knows no process ids, which begin anew in every container; and two machines
 * see it on a network file system. Node itself has no flock. A file with a process id in it says nothing about another
 * container or after a restart, and a socket in the folder cannot be replaced without a race when it is stale, nor have
 * a path longer than 107 bytes.
 */
import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { UserError } from '../../errors.ts';
import { type Database, sqliteClass } from '../sqlite-class.ts';

export const LOCK_FILE = 'lock.sqlite';

/**
 * Longer than an orderly end may take (shutdown.ts): who is told to start anew at once waits for the process before. The
 * children of a demo that was killed drain as well.
 */
const WAIT_MS = 6_000;
const LOOK_EVERY_MS = 50;

const SQLITE_BUSY = 5;

export interface FolderLock {
  release(): void;
}

/** A database that nobody holds on to is collected, and its lock is gone. */
const held = new Set<Database>();

/**
 * Nothing is written: also on a full disk the file, which stays empty, can be made.
 * @returns undefined when another has the lock, in this process or any other
 * @throws the system's error for a folder that cannot be written; UserError `data_folder_no_locks`
 */
export async function tryLockFolder(folder: string): Promise<FolderLock | undefined> {
  const file = join(folder, LOCK_FILE);
  const opened = await openLocked(file);
  if (opened === undefined) return undefined;
  held.add(opened);
  return {
    release: () => {
      if (held.delete(opened)) opened.close();
    },
  };
}

export interface LockOptions {
  /** Another has the lock, and is waited for. */
  readonly waiting?: (() => void) | undefined;
  /** Default: 6 s. */
  readonly waitMs?: number;
}

/**
 * For the data folder of a node, before anything in it is looked at.
 * @throws UserError `data_folder_in_use`; what {@link tryLockFolder} throws
 */
export async function lockDataFolder(folder: string, options: LockOptions = {}): Promise<FolderLock> {
  const { waiting, waitMs = WAIT_MS } = options;
  const startedMs = performance.now();
  let isTold = false;
  for (;;) {
    const lock = await tryLockFolder(folder);
    if (lock !== undefined) return lock;
    if (performance.now() - startedMs >= waitMs)
      throw new UserError(
        'data_folder_in_use',
        409,
        `another origin or edge runs with ${folder}; end it, or give this one a folder of its own with --data`,
      );
    if (!isTold) waiting?.();
    isTold = true;
    await pause(LOOK_EVERY_MS);
  }
}

async function openLocked(file: string): Promise<Database | undefined> {
  const SqliteDatabase = await sqliteClass();
  let database: Database | undefined;
  try {
    database = new SqliteDatabase(file);
    // SQLite opens a file that it must not write all the same, and then locks nothing: the pragma, which is never
    // committed, fails there. The journal in memory makes no second file.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; PRAGMA user_version = 1');
    return database;
  } catch (error) {
    database?.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY) return undefined;
    throw await reasonOf(error as Error, file);
  }
}

/** SQLite says `unable to open database file` for everything; the system says why. */
async function reasonOf(error: Error, file: string): Promise<Error> {
  try {
    await access(file, constants.R_OK | constants.W_OK);
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code !== 'ENOENT') return reason as Error;
    const made = await open(file, 'wx', 0o600).catch((cause: Error) => cause);
    if (made instanceof Error) return made;
    await made.close();
  }
  return new UserError(
    'data_folder_no_locks',
    409,
    `${file} cannot be locked (${error.message}): is it a file, on a file system with locks? choose another folder with --data`,
  );
}
