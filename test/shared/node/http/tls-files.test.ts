import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTlsPair } from '../../../../shared/node/http/tls-files.ts';
import { makeCertificate } from '../../../support/certificates.ts';
import { tempDirectory } from '../../../support/temp-directory.ts';

test('a pair is read, with the time at which it ends', async () => {
  const { expiresAtMs } = await readTlsPair(makeCertificate());
  expect(expiresAtMs - Date.now()).toBeGreaterThan(86_400_000);
});

test('what is no pair is a user’s error that names the file and says what to do', async () => {
  const pair = makeCertificate();
  const empty = join(tempDirectory(), 'empty.pem');
  writeFileSync(empty, '');
  const wrong = [
    [{ ...pair, keyFile: undefined }, 'come together'],
    [{ ...pair, certFile: '/nowhere.pem' }, '--tls-cert /nowhere.pem cannot be read (ENOENT)'],
    [{ ...pair, certFile: empty }, `--tls-cert ${empty} holds no PEM certificate`],
    [{ ...pair, keyFile: empty }, `--tls-key ${empty} holds no PEM private key without a pass phrase`],
    [{ ...pair, keyFile: pair.certFile }, 'holds no PEM private key'],
    [{ ...pair, keyFile: makeCertificate().keyFile }, 'is not the key of the certificate'],
  ] as const;
  for (const [files, why] of wrong)
    await expect(readTlsPair(files)).rejects.toMatchObject({
      code: 'tls_unusable',
      message: expect.stringContaining(why) as string,
    });
});
