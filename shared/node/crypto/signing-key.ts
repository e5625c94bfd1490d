/** Private Ed25519 keys: made, kept in files that only their owner may read, and used to sign. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../../errors.ts';

export class SigningKey {
  /** 32 raw bytes, 64 hex digits: what entries and heads name. */
  readonly publicKey: string;
  readonly #key: KeyObject;

  private constructor(key: KeyObject) {
    this.#key = key;
    const { x } = createPublicKey(key).export({ format: 'jwk' });
    this.publicKey = Buffer.from(x as string, 'base64url').toString('hex');
  }

  static generate(): SigningKey {
    return new SigningKey(generateKeyPairSync('ed25519').privateKey);
  }

  /** @param pem PKCS #8, as {@link toPem} gives it. @throws UserError `key_file_invalid` */
  static fromPem(pem: string): SigningKey {
    let key: KeyObject | undefined;
    try {
      key = createPrivateKey(pem);
    } catch {
      key = undefined; // told below, without the text: it may hold the key
    }
    if (key?.asymmetricKeyType !== 'ed25519')
      throw new UserError('key_file_invalid', 500, 'not an Ed25519 private key in PEM form');
    return new SigningKey(key);
  }

  toPem(): string {
    return this.#key.export({ type: 'pkcs8', format: 'pem' }) as string;
  }

  /** Ed25519 signature, 128 hex digits. */
  sign = (bytes: Uint8Array): string => sign(null, bytes, this.#key).toString('hex');
}

/** @throws UserError `key_file_invalid`; what the file system says when there is no such file */
export async function loadSigningKey(path: string): Promise<SigningKey> {
  return SigningKey.fromPem(await readFile(path, 'utf8'));
}

/**
 * Writes the key, mode 0600, whole or not at all, and never over another: the file is written and synced under a
 * name of its own, then linked to its place, which fails when something is there.
 *
 * @throws the file system's EEXIST when the path is taken
 */
export function saveSigningKey(path: string, key: SigningKey): Promise<void> {
  return putKey(path, key, link);
}

/** As {@link saveSigningKey}, in place of the key that is there, if one is: a reader sees the one or the other. */
export function replaceSigningKey(path: string, key: SigningKey): Promise<void> {
  return putKey(path, key, rename);
}

async function putKey(
  path: string,
  key: SigningKey,
  put: (draft: string, path: string) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(key.toPem());
      await file.sync();
    } finally {
      await file.close();
    }
    await put(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(dirname(path));
}

/** The key at this path; made and saved when there is none. Of two processes that start at once, both get one key. */
export async function loadOrCreateSigningKey(path: string): Promise<SigningKey> {
  try {
    return await loadSigningKey(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  const key = SigningKey.generate();
  try {
    await saveSigningKey(path, key);
    return key;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    return loadSigningKey(path);
  }
}

/** A name is durable when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
