import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ADMIN_TOKEN_FILE, adminToken } from '../../server/admin-token.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-token-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a new token is 256 bits, kept for the owner only, and the same at the next start', async () => {
  const first = await adminToken(folder, undefined);
  expect(first.isNew).toBe(true);
  expect(first.token).toMatch(/^[\w-]{43}$/);
  expect((await stat(join(folder, ADMIN_TOKEN_FILE))).mode & 0o777).toBe(0o600);
  expect(await adminToken(folder, undefined)).toEqual({ token: first.token, isNew: false });
  expect(await readdir(folder)).toEqual([ADMIN_TOKEN_FILE]);
});

test('a given token is used and not kept', async () => {
  expect(await adminToken(folder, 'given')).toEqual({ token: 'given', isNew: false });
  expect(await readdir(folder)).toEqual([]);
});

test('what a crash left of a half-written token is no token', async () => {
  await writeFile(join(folder, `${ADMIN_TOKEN_FILE}.new`), 'half');
  const { token } = await adminToken(folder, undefined);
  expect((await readFile(join(folder, ADMIN_TOKEN_FILE), 'utf8')).trim()).toBe(token);
});

test('an empty file is an error, never an empty token', async () => {
  await writeFile(join(folder, ADMIN_TOKEN_FILE), '\n');
  await expect(adminToken(folder, undefined)).rejects.toMatchObject({ code: 'admin_token_file' });
});
