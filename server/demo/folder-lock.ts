/** One demo for one folder: two would empty each other's work folders, and their edges each other's caches. */
import path from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { type Database, databaseClass } from '../catalog/open-sqlite.ts';

/** Held until the process ends. */
const held: Database[] = [];

/**
 * A lock of SQLite's, which the system takes back however its process ends: there is none that stays behind.
 * @throws UserError `demo_folder_in_use`
 */
export function lockFolder(folder: string): void {
  const database = new (databaseClass())(path.join(folder, 'lock.sqlite'));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
  } catch (error) {
    database.close();
    if (!/locked|busy/i.test((error as Error).message)) throw error;
    throw new UserError(
      'demo_folder_in_use',
      409,
      `Another demo runs with ${folder}: end it, or give this one a folder of its own with --data.`,
    );
  }
  held.push(database);
}
