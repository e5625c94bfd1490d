/**
 * The origin's two keys. The root key signs key entries only and may be taken offline once its log key stands in
 * the log; the log key signs all else (threat row 31). Losing the log key costs one entry signed by the root.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { hashBody, makeEntry, makeHead } from '../../shared/log/codec.ts';
import type { EntryBody, HeadBody, Signed } from '../../shared/log/entry.ts';
import { createLogCrypto } from '../../shared/node/crypto/log-crypto.ts';
import {
  loadOrCreateSigningKey,
  loadSigningKey,
  type SigningKey,
} from '../../shared/node/crypto/signing-key.ts';

export interface LogSigner {
  /** Public keys, 64 hex digits. */
  readonly rootKey: string;
  readonly logKey: string;
  /** @throws UserError `root_key_missing` when the change wants the root's signature and the root is offline */
  signEntry(entry: Omit<EntryBody, 'key'>): { readonly signed: Signed; readonly hash: string };
  signHead(head: Omit<HeadBody, 'key'>): Signed;
}

/**
 * Loads `root.pem` and `log.pem`, or makes them.
 *
 * @param knownRootKey the root's public key as the log has it; undefined for a new log
 * @throws UserError `key_file_invalid`, `root_key_wrong`
 */
export async function openSigner(folder: string, knownRootKey: string | undefined): Promise<LogSigner> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await removeDrafts(folder);
  const rootPath = join(folder, 'root.pem');
  const root =
    knownRootKey === undefined ? await loadOrCreateSigningKey(rootPath) : await loadIfPresent(rootPath);
  const rootKey = knownRootKey ?? root?.publicKey ?? '';
  if (root && root.publicKey !== rootKey)
    throw new UserError(
      'root_key_wrong',
      500,
      `${rootPath} is not the key that began this log (${rootKey}).`,
    );
  const log = await loadOrCreateSigningKey(join(folder, 'log.pem'));
  return makeSigner(rootKey, root, log);
}

export function makeSigner(rootKey: string, root: SigningKey | undefined, log: SigningKey): LogSigner {
  const crypto = createLogCrypto();
  const keyFor = (change: EntryBody['change']): SigningKey => {
    if (change.type !== 'key' && change.type !== 'revoke-key') return log;
    if (root) return root;
    throw new UserError(
      'root_key_missing',
      500,
      `The log key must be signed by the root key ${rootKey}: put its file back as keys/root.pem.`,
    );
  };
  return {
    rootKey,
    logKey: log.publicKey,
    signEntry: (entry) => {
      const key = keyFor(entry.change);
      const signed = makeEntry({ ...entry, key: key.publicKey }, key.sign);
      return { signed, hash: hashBody(signed.body, crypto) };
    },
    signHead: (head) => makeHead({ ...head, key: log.publicKey }, log.sign),
  };
}

async function loadIfPresent(path: string): Promise<SigningKey | undefined> {
  try {
    return await loadSigningKey(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Drafts of key files that a crash left. */
async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith('.new')) await rm(join(folder, name));
}
