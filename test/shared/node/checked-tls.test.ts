import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { OriginFetch } from '../../../edge-node/origin-fetch.ts';
import { getFromTracker } from '../../../shared/node/tracker-client.ts';
import { WebSeedClient } from '../../../shared/node/web-seed-client.ts';
import { makeCertificate } from '../../support/certificates.ts';

let base: URL;
let asked = 0;

/** A server whose certificate nobody vouches for, in a process that was told not to care. */
beforeEach(async () => {
  asked = 0;
  const { certFile, keyFile } = makeCertificate();
  const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  const server = createServer(tls, (_request, response) => {
    asked += 1;
    response.writeHead(200, { 'content-length': '4' }).end('body');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
  });
});

const never = new AbortController().signal;

const CLIENTS: Readonly<Record<string, () => Promise<unknown>>> = {
  'the tracker client': () => getFromTracker(new URL('/announce', base)),
  'the web-seed client': async () => {
    const client = new WebSeedClient();
    onTestFinished(() => client.close());
    const url = new URL('/images/x/640.avif', base);
    await client.fetch({ url, startBytes: 0, endBytes: 4, fileBytes: 4 }, never, () => undefined);
  },
  "an edge's fetches from its origin": async () => {
    const origin = new OriginFetch(base);
    onTestFinished(() => origin.close());
    await origin.get('/torrents/x.torrent', 100, never);
  },
};

for (const [name, ask] of Object.entries(CLIENTS))
  test(`threat row 28: ${name} refuses a self-signed certificate, also where NODE_TLS_REJECT_UNAUTHORIZED is 0`, async () => {
    await expect(ask()).rejects.toThrow(/self-signed/);
    expect(asked).toBe(0);
  });

test('the variable is in force: a plain request of the same process is answered', async () => {
  const status = await new Promise((resolve, reject) => {
    request(base, { agent: false }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(200);
});
