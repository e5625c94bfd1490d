/**
 * `npm run demo`: an origin, edges and a sample shop, each a process of its own, on this machine only, and the
 * control by which the page at /fleet starts and ends edges. Data is kept, so a second run starts at once and
 * keeps what was uploaded. Ctrl-C stops them all.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { readFlagsOrExit } from '../../shared/node/config/parse-flags.ts';
import { tryLockFolder } from '../../shared/node/process/folder-lock.ts';
import { type DemoProcess, startProcess } from './child-process.ts';
import { DEMO_COMMAND } from './config.ts';
import { startControl } from './control/start-control.ts';
import { DemoFleet } from './fleet/demo-fleet.ts';
import { freePort } from './free-port.ts';
import { fillShop } from './sample-shop.ts';
import { untilReady } from './until-ready.ts';

const HTTP_PORT = 8080;
const CONTROL_PORT = 8079;
const PEER_PORT = 6881;
/** A first start makes keys and opens databases on a busy machine. */
const READY_TIMEOUT_MS = 30_000;

const dist = path.resolve(import.meta.dirname, '../..');
const project = path.resolve(dist, '..');
const { data, edges: edgeCount } = readFlagsOrExit(DEMO_COMMAND);
const logs = path.join(data, 'logs');
let origin: DemoProcess | undefined;
let fleet: DemoFleet | undefined;
let isStopping = false;

async function main(): Promise<void> {
  mkdirSync(logs, { recursive: true });
  await lockOrEnd();
  const token = adminToken();
  const port = await freePort(HTTP_PORT);
  const peerPort = await freePort(PEER_PORT);
  const originUrl = `http://127.0.0.1:${port}`;
  fleet = new DemoFleet({
    script: path.join(dist, 'bin/shoal-edge.js'),
    originUrl,
    dataFolder: data,
    firstPort: HTTP_PORT + 1,
    firstPeerPort: PEER_PORT + 1,
    onUnasked: ({ name, logFile }, { code, signal }) => tellEnd(name, signal ?? `exit code ${code}`, logFile),
  });
  const controlUrl = await startControl(fleet, await freePort(CONTROL_PORT), port);
  startOrigin(token, originFlags({ port, peerPort, originUrl, controlUrl }));
  await inTime(
    'origin',
    untilReady(originUrl, () => isStopping),
  );
  // Ctrl-C came while the demo was starting.
  if (isStopping) return;
  const edges = fleet.add(edgeCount);
  await Promise.all(edges.map((edge) => inTime(edge.name, edge.start())));
  const added = await fillShop(
    originUrl,
    token,
    path.join(project, 'server/demo/photos'),
    (done, of) => console.log(`photo ${done} of ${of} is published`),
    path.join(data, 'sample-shop-unfinished'),
  );
  printAddresses(originUrl, edges, token, added);
}

/** Two demos would start nodes with the same folders. */
async function lockOrEnd(): Promise<void> {
  if ((await tryLockFolder(data)) !== undefined) return;
  throw new UserError(
    'demo_folder_in_use',
    409,
    `Another demo runs with ${data}: end it, or give this one a folder of its own with --data.`,
  );
}

/** Kept, so that what a person noted down stays true for the next run. */
function adminToken(): string {
  const file = path.join(data, 'admin-token');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

interface OriginPlace {
  readonly port: number;
  readonly peerPort: number;
  readonly originUrl: string;
  readonly controlUrl: string;
}

function originFlags({ port, peerPort, originUrl, controlUrl }: OriginPlace): readonly string[] {
  const where = ['--host', '127.0.0.1', '--port', `${port}`, '--peer-port', `${peerPort}`];
  const known = ['--public-url', originUrl, '--demo-control', controlUrl];
  return [...where, ...known, '--data', path.join(data, 'origin')];
}

function startOrigin(token: string, flags: readonly string[]): void {
  if (isStopping) return;
  const logFile = path.join(logs, 'origin.log');
  origin = startProcess(path.join(dist, 'server/main.js'), flags, { SHOAL_ADMIN_TOKEN: token }, logFile);
  void origin.ended.then(({ code, signal }) => {
    if (isStopping) return;
    tellEnd('origin', signal ?? `exit code ${code}`, logFile);
    // Without its origin the demo has nothing to show; an edge may go, that is what the others are for.
    void stop(1);
  });
}

function tellEnd(name: string, how: string, logFile: string): void {
  if (!isStopping) console.error(`${name} ended (${how}); its log: ${logFile}`);
}

/** @throws Error when it is not ready in time */
async function inTime(name: string, ready: Promise<boolean>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), READY_TIMEOUT_MS);
  });
  const isReady = await Promise.race([ready, late]);
  clearTimeout(timer);
  if (!isReady && !isStopping)
    throw new Error(`${name} is not ready after ${READY_TIMEOUT_MS / 1000} s; see ${logs}`);
}

function printAddresses(
  originUrl: string,
  edges: readonly { readonly url: string }[],
  token: string,
  added: number,
): void {
  console.log(`
Shoal is running${added > 0 ? `, with ${added} sample products` : ''}.

  shop         ${originUrl}/
  desk         ${originUrl}/desk     upload photos; the token below signs you in
  fleet        ${originUrl}/fleet    start, stop, kill and slow down edges
  swarm        ${originUrl}/swarm    see what they exchange
  origin       ${originUrl}/status
${edges.map(({ url }, i) => `  edge ${i + 1}       ${url}/status`).join('\n')}
  admin token  ${token}
  data, logs   ${data}

Ctrl-C stops everything.`);
}

async function stop(code: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await Promise.all([origin?.stop(), fleet?.close()]);
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
