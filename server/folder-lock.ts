/** One process for one folder: two origins would empty each other's work folders, two demos their edges' caches. */
import path from 'node:path';
import { UserError } from '../shared/errors.ts';
import { type Database, databaseClass } from './catalog/open-sqlite.ts';

/** Held until the process ends. */
const held: Database[] = [];

/**
 * A lock of SQLite's, which the system takes back however its process ends: there is none that stays behind.
 * @throws UserError of this code and message, when another process has the folder
 */
export function lockFolder(folder: string, code: string, message: string): void {
  const database = new (databaseClass())(path.join(folder, 'lock.sqlite'));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
  } catch (error) {
    database.close();
    if (!/locked|busy/i.test((error as Error).message)) throw error;
    throw new UserError(code, 409, message);
  }
  held.push(database);
}
