import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeCertificate } from '../../support/certificates.ts';
import { Shopper } from './shopper.ts';

test('an edge that speaks TLS is asked over TLS; a certificate that nobody vouches for is a failure with a name', async () => {
  const { certFile, keyFile } = makeCertificate();
  const pair = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  const server = createServer(pair, (_, response) => void response.end('picture'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shopper = new Shopper(undefined);
  onTestFinished(() => {
    shopper.leave();
    server.close();
    server.closeAllConnections();
  });
  const base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = () =>
    shopper.ask(
      { base, path: '/image', type: 'image/avif', timeoutMs: 20_000 },
      new AbortController().signal,
    );
  expect(await ask()).toMatchObject({ status: 0, failure: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await ask()).toMatchObject({ status: 200, bytes: 7 });
});
