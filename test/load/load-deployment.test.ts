import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { parseFlags } from '../../shared/node/config/parse-flags.ts';
import { LOAD_COMMAND } from './flags.ts';
import { loadDeployment } from './load-deployment.ts';
import { Progress } from './progress.ts';

const BODY = 'picture';
const rendition = { url: '/images/a/640.avif', type: 'image/avif', width: 640, bytes: BODY.length };
const PRODUCTS = { products: [{ images: [{ renditions: [rendition] }] }] };
const STATUS = { bytes: { fromPeers: 100, fromOrigin: 50 } };

async function serving(answer: RequestListener): Promise<{ url: string; close: () => void }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

function load(origin: string) {
  const given = ['--against', origin, '--seconds', '1', '--visitors', '10'];
  const flags = parseFlags(LOAD_COMMAND, given, {});
  if (flags.type !== 'run') throw new Error('flags');
  return loadDeployment(flags.values, origin, new AbortController().signal, new Progress(() => undefined));
}

test('an edge that goes away while visitors come ends no run: the others answer, and the report is there', async () => {
  const edge = await serving(({ url }, response) => {
    if (url === '/status') return void response.end(JSON.stringify(STATUS));
    edge.close();
  });
  const origin = await serving(({ url }, response) => {
    if (url === '/api/edges')
      return void response.end(JSON.stringify({ edges: [{ live: true, url: edge.url }] }));
    response.end(url === '/api/products' ? JSON.stringify(PRODUCTS) : BODY);
  });
  const { modes } = await load(origin.url);
  const { planned, good, failed } = modes[0]!.counts;
  expect(planned).toBeGreaterThan(0);
  expect({ good, failed }).toEqual({ good: planned, failed: 0 });
  expect(modes[0]?.sources).toMatchObject({ peers: 0 });
});

test('an origin that is not there is named', async () => {
  const { url, close } = await serving(() => undefined);
  close();
  await expect(load(url)).rejects.toThrow(`${url}/api/edges: ECONNREFUSED`);
});
