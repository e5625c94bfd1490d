import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { NodeStatus } from '../../../../shared/api-types/status.ts';
import { createHealth } from '../../../../shared/node/http/health.ts';
import { HttpMetrics } from '../../../../shared/node/http/http-metrics.ts';
import { createRegistry } from '../../../../shared/node/http/node-metrics.ts';
import type { SwarmFigures } from '../../../../shared/node/swarm-node-api.ts';
import { parsePeerId } from '../../../../shared/units.ts';
import { askPort } from '../../../support/http-client.ts';

const STATUS: NodeStatus = {
  role: 'edge',
  name: 'edge-1',
  version: '1.2.3',
  peerId: parsePeerId('a'.repeat(40))!,
  uptimeSeconds: 12,
  images: { known: 3, complete: 2 },
  bytes: { wanted: 900, verified: 600, fromPeers: 500, fromOrigin: 100, uploaded: 50, raced: 7 },
  peers: 4,
  log: { number: 7, hash: 'f'.repeat(64), headTimeMs: null, stale: true, forked: false },
};

const SWARM: SwarmFigures = {
  links: 5,
  channels: 6,
  torrentsWanting: 7,
  readersWaiting: 8,
  uploadsWaiting: 9,
  unwrittenBytes: 10,
  counters: {
    fromPeersBytes: 500,
    fromWebSeedBytes: 100,
    uploadedBytes: 50,
    wastedBytes: 11,
    racedBytes: 7,
    failedPieces: 12,
    bans: 13,
  },
};

async function serveHealth(ready = true, status: () => NodeStatus = () => STATUS) {
  const metrics = new HttpMetrics('edge');
  const registry = createRegistry(metrics, { status, swarm: () => SWARM });
  const log = { warn: () => undefined, error: () => undefined };
  const health = createHealth({
    ready: () => (ready ? { ready } : { ready: false, reason: 'draining' }),
    status,
    registry,
    metrics,
    log,
  });
  const server = createServer((req, res) => {
    if (!health(req, res)) res.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return (path: string, method = 'GET') => askPort(port, path, {}, method);
}

test('/healthz says ok; nothing may be cached, and no other site may read it (threat row 27)', async () => {
  const ask = await serveHealth();
  for (const path of ['/healthz', '/readyz', '/status', '/metrics', '/healthz?x=1']) {
    const { status, headers } = await ask(path);
    expect([path, status, headers['cache-control']]).toEqual([path, 200, 'no-store']);
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect((await ask(path, 'HEAD')).body.length).toBe(0);
  }
});

test('/readyz is 503 with its reason while not ready', async () => {
  const ask = await serveHealth(false);
  const { status, body } = await ask('/readyz');
  expect([status, JSON.parse(body.toString())]).toEqual([503, { ready: false, reason: 'draining' }]);
});

test('/status is the node’s status as JSON', async () => {
  const ask = await serveHealth();
  expect(JSON.parse((await ask('/status')).body.toString())).toEqual(STATUS);
});

test('/metrics tells the status, and the process', async () => {
  const ask = await serveHealth();
  const { headers, body } = await ask('/metrics');
  expect(headers['content-type']).toMatch(/^text\/plain/);
  const lines = body.toString().split('\n');
  for (const line of [
    'shoal_images{state="known"} 3',
    'shoal_swarm_received_bytes_total{source="peers"} 500',
    'shoal_swarm_received_bytes_total{source="web_seed"} 100',
    'shoal_swarm_sent_bytes_total 50',
    'shoal_peers 4',
    'shoal_links 5',
    'shoal_uploads_waiting 9',
    'shoal_swarm_bans_total 13',
    'shoal_swarm_raced_bytes_total 7',
    'shoal_log_entries 7',
    'shoal_log_trouble{state="stale"} 1',
  ])
    expect(lines).toContain(line);
  expect(body.toString()).toContain('process_resident_memory_bytes');
});

test('other methods are 405, other paths are another handler’s', async () => {
  const ask = await serveHealth();
  expect((await ask('/status', 'POST')).status).toBe(405);
  expect((await ask('/statusx')).status).toBe(404);
  expect((await ask('/toString')).status).toBe(404);
});

test('a status that fails is a 500 without its reason', async () => {
  const ask = await serveHealth(true, () => {
    throw new Error('secret place');
  });
  const { status, body } = await ask('/status');
  expect(status).toBe(500);
  expect(body.toString()).not.toContain('secret');
});
