/** The admin API's secret: the flag's, or the one kept in the data folder, or a new one that is kept there. */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../shared/errors.ts';
import { randomToken } from '../shared/node/crypto/identity.ts';

export interface AdminToken {
  readonly token: string;
  /** Made just now: the only time it is shown to a person. */
  readonly isNew: boolean;
}

export const ADMIN_TOKEN_FILE = 'admin-token';

/**
 * A restart keeps the token, so that scripts and the storefront's admin page go on working.
 * @throws UserError `admin_token_file` when the file is there but empty: guessing would open or lock the shop
 */
export async function adminToken(dataFolder: string, given: string | undefined): Promise<AdminToken> {
  if (given !== undefined) return { token: given, isNew: false };
  const path = join(dataFolder, ADMIN_TOKEN_FILE);
  const kept = await readIfThere(path);
  if (kept !== undefined) {
    const token = kept.trim();
    if (token === '')
      throw new UserError('admin_token_file', 500, `${path} is empty; delete it for a new token`);
    return { token, isNew: false };
  }
  const token = randomToken();
  await writeSecret(path, `${token}\n`);
  return { token, isNew: true };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all, and for the owner's eyes: written beside, synced, renamed. */
async function writeSecret(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  await rm(beside, { force: true });
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
