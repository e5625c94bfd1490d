/**
 * `npm run demo`: an origin, four edges and a sample shop, each a process of its own, on this machine only.
 * Data is kept in `.demo/`, so a second run starts at once and keeps what was uploaded. Ctrl-C stops them all.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type DemoProcess, startProcess } from './child-process.ts';
import { freePort } from './free-port.ts';
import { fillShop } from './sample-shop.ts';

const EDGE_COUNT = 4;
const FIRST_HTTP_PORT = 8080;
const FIRST_PEER_PORT = 6881;
/** A first start makes keys and opens databases on a busy machine. */
const READY_TIMEOUT_MS = 30_000;

const dist = path.resolve(import.meta.dirname, '../..');
const project = path.resolve(dist, '..');
const data = process.env.SHOAL_DEMO_DATA ?? path.join(project, '.demo');
const processes: DemoProcess[] = [];
let isStopping = false;

async function main(): Promise<void> {
  mkdirSync(path.join(data, 'logs'), { recursive: true });
  const token = adminToken();
  const originPort = await freePort(FIRST_HTTP_PORT);
  const originUrl = `http://127.0.0.1:${originPort}`;
  start('origin', 'server/main.js', await originFlags(originPort, originUrl), { SHOAL_ADMIN_TOKEN: token });
  await ready(originUrl);
  const edges = await startEdges(originUrl);
  await Promise.all(edges.map(ready));
  const added = await fillShop(originUrl, token, path.join(project, 'server/demo/photos'), (done, of) => {
    console.log(`photo ${done} of ${of} is published`);
  });
  printAddresses(originUrl, edges, token, added);
}

/** Kept, so that what a person noted down stays true for the next run. */
function adminToken(): string {
  const file = path.join(data, 'admin-token');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

async function originFlags(port: number, url: string): Promise<string[]> {
  const peerPort = await freePort(FIRST_PEER_PORT);
  const folder = path.join(data, 'origin');
  return [
    '--host',
    '127.0.0.1',
    '--port',
    `${port}`,
    '--peer-port',
    `${peerPort}`,
    '--public-url',
    url,
    '--data',
    folder,
  ];
}

async function startEdges(originUrl: string): Promise<string[]> {
  const urls: string[] = [];
  for (let i = 1; i <= EDGE_COUNT; i++) {
    const name = `edge-${i}`;
    const port = await freePort(FIRST_HTTP_PORT + i);
    const peerPort = await freePort(FIRST_PEER_PORT + i);
    const flags = [
      '--origin',
      originUrl,
      '--host',
      '127.0.0.1',
      '--port',
      `${port}`,
      '--peer-port',
      `${peerPort}`,
    ];
    const own = [
      '--advertise-ip',
      '127.0.0.1',
      '--name',
      name,
      '--prefetch',
      'all',
      '--data',
      path.join(data, name),
    ];
    start(name, 'bin/shoal-edge.js', [...flags, ...own]);
    urls.push(`http://127.0.0.1:${port}`);
  }
  return urls;
}

function start(
  name: string,
  script: string,
  flags: readonly string[],
  env: Record<string, string> = {},
): void {
  // Ctrl-C came while the demo was starting.
  if (isStopping) return;
  const logFile = path.join(data, 'logs', `${name}.log`);
  const child = startProcess(name, path.join(dist, script), flags, env, logFile);
  processes.push(child);
  void child.ended.then((code) => {
    if (isStopping) return;
    console.error(`${name} ended (exit code ${code}); its log: ${logFile}`);
    // Without its origin the demo has nothing to show; an edge may go, that is what the others are for.
    if (name === 'origin') void stop(1);
  });
}

async function ready(url: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline && !isStopping) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (!isStopping)
    throw new Error(`${url} is not ready after ${READY_TIMEOUT_MS / 1000} s; see ${path.join(data, 'logs')}`);
}

function printAddresses(originUrl: string, edges: readonly string[], token: string, added: number): void {
  console.log(`
Shoal is running${added > 0 ? `, with ${added} sample products` : ''}.

  shop         ${originUrl}/
  origin       ${originUrl}/status
${edges.map((url, i) => `  edge ${i + 1}       ${url}/status`).join('\n')}
  admin token  ${token}
  data, logs   ${data}

Upload a photo of your own:
  curl -H "Authorization: Bearer ${token}" -F image=@photo.jpg \\
    ${originUrl}/admin/products/PRODUCT_ID/images     (ids: ${originUrl}/api/products)

Ctrl-C stops everything.`);
}

async function stop(code: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await Promise.all(processes.map((child) => child.stop()));
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));

try {
  await main();
} catch (error) {
  if (!isStopping) {
    console.error(error instanceof Error ? error.message : error);
    await stop(1);
  }
}
