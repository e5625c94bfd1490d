/** An origin that speaks HTTPS, and edges that check whom they hear. */
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { makeCertificate } from '../support/certificates.ts';
import { ADMIN_TOKEN, eventually, PROJECT, type RunningNode } from '../support/fleet.ts';
import { freePort } from '../support/free-port.ts';
import { spawnNode } from '../support/node-process.ts';
import { tempDirectory } from '../support/temp-directory.ts';

const running: RunningNode[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.kill('SIGKILL')));
});

async function start(
  script: string,
  scheme: 'http' | 'https',
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<RunningNode> {
  const [port, peerPort, data] = [await freePort(), await freePort(), tempDirectory()];
  const where = ['--host', '127.0.0.1', '--port', `${port}`, '--peer-port', `${peerPort}`, '--data', data];
  const place = { url: `${scheme}://127.0.0.1:${port}`, peerPort, data };
  const node = spawnNode([path.join(PROJECT, 'dist', script), ...where, ...flags], place, { env });
  running.push(node);
  return node;
}

async function secureOrigin() {
  const { certFile, keyFile } = makeCertificate();
  const tls = ['--tls-cert', certFile, '--tls-key', keyFile, '--admin-token', ADMIN_TOKEN];
  const origin = await start('server/main.js', 'https', tls, {});
  await eventually('the origin is up', () => origin.output().includes('peers    tcp port'));
  return { origin, certFile };
}

function edgeOf(origin: RunningNode, env: Readonly<Record<string, string>>): Promise<RunningNode> {
  return start('edge-node/main.js', 'http', ['--origin', origin.url, '--advertise-ip', '127.0.0.1'], env);
}

const isReady = async ({ url }: RunningNode) =>
  (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true;

it('threat row 28: an edge refuses an origin with a self-signed certificate and says why, also where NODE_TLS_REJECT_UNAUTHORIZED is 0', async () => {
  const { origin } = await secureOrigin();
  const edge = await edgeOf(origin, { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  await eventually('the edge tells its reason', () => edge.output().includes('self-signed certificate'));
  expect(await isReady(edge)).toBe(false);
  expect((await edge.status()).log.number).toBe(0);
});

it('an edge that is told of the authority by NODE_EXTRA_CA_CERTS hears its origin', async () => {
  const { origin, certFile } = await secureOrigin();
  const edge = await edgeOf(origin, { NODE_EXTRA_CA_CERTS: certFile });
  await eventually('the edge has caught up', () => isReady(edge));
  expect(edge.output()).not.toContain('self-signed certificate');
});
