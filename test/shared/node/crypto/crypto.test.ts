import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHex, fromLatin1, fromUtf8, toHex } from '../../../../shared/bytes.ts';
import { equalTokens, randomPeerId, randomToken } from '../../../../shared/node/crypto/identity.ts';
import { createLogCrypto } from '../../../../shared/node/crypto/log-crypto.ts';
import {
  loadOrCreateSigningKey,
  loadSigningKey,
  SigningKey,
  saveSigningKey,
} from '../../../../shared/node/crypto/signing-key.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-keys-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('log crypto', () => {
  const crypto = createLogCrypto();

  it('RFC 8032 7.1: accepts the signatures of tests 1 and 2, and refuses each with a bit changed', () => {
    const vectors = [
      [
        'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
        '',
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      ],
      [
        '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
        '72',
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
      ],
    ] as const;
    for (const [key, message, signature] of vectors) {
      const bytes = fromHex(message) as Uint8Array;
      expect(crypto.verifyEd25519(key, bytes, signature)).toBe(true);
      const changed = fromHex(signature) as Uint8Array;
      changed[7] = (changed[7] as number) ^ 1;
      expect(crypto.verifyEd25519(key, bytes, toHex(changed))).toBe(false);
    }
  });

  it.each(['', 'xx', 'aa'.repeat(31), 'AA'.repeat(32), 'ff'.repeat(32)])(
    'a key of another form or off the curve verifies nothing: %s',
    (key) => {
      expect(crypto.verifyEd25519(key, new Uint8Array(1), '00'.repeat(64))).toBe(false);
    },
  );

  it('a signature of another form is refused', () => {
    const key = SigningKey.generate();
    const signature = key.sign(new Uint8Array(3));
    expect(crypto.verifyEd25519(key.publicKey, new Uint8Array(3), signature)).toBe(true);
    for (const other of [
      '',
      signature.slice(2),
      `${signature}00`,
      signature.toUpperCase(),
      `${signature.slice(1)}g`,
    ])
      expect(crypto.verifyEd25519(key.publicKey, new Uint8Array(3), other)).toBe(false);
  });

  it('FIPS 180-2: hashes "abc"', () => {
    expect(toHex(crypto.sha256(fromUtf8('abc')))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('signing keys on disk', () => {
  it('come back as they were saved, readable by their owner only', async () => {
    const path = join(folder, 'a', 'log.pem');
    const key = SigningKey.generate();
    await saveSigningKey(path, key);
    expect((await loadSigningKey(path)).publicKey).toBe(key.publicKey);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'a'))).toEqual(['log.pem']);
  });

  it('are never written over', async () => {
    const path = join(folder, 'b.pem');
    const first = SigningKey.generate();
    await saveSigningKey(path, first);
    await expect(saveSigningKey(path, SigningKey.generate())).rejects.toMatchObject({ code: 'EEXIST' });
    expect((await loadSigningKey(path)).publicKey).toBe(first.publicKey);
  });

  it('two who start at once get the same key', async () => {
    const path = join(folder, 'c.pem');
    const keys = await Promise.all([1, 2, 3, 4].map(() => loadOrCreateSigningKey(path)));
    expect(new Set(keys.map((key) => key.publicKey)).size).toBe(1);
  });

  it('threat row 31: a damaged file is an error that does not show it, and no new key', async () => {
    const path = join(folder, 'd.pem');
    await writeFile(path, '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n');
    const error = await loadOrCreateSigningKey(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'UserError', code: 'key_file_invalid' });
    expect(String(error)).not.toContain('secret');
  });
});

describe('identity', () => {
  it('a peer id says Shoal 0.1.0 (BEP 20) and differs each time', () => {
    const ids = Array.from({ length: 100 }, randomPeerId);
    for (const id of ids) expect(id.startsWith(toHex(fromLatin1('-SH0100-')))).toBe(true);
    expect(new Set(ids).size).toBe(100);
  });

  it('tokens are equal or not, whatever their lengths', () => {
    const token = randomToken();
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(equalTokens(token, token)).toBe(true);
    for (const other of ['', token.slice(1), `${token}x`, randomToken()])
      expect(equalTokens(other, token)).toBe(false);
  });
});
