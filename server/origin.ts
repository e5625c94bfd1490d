/** Puts the origin together: each part is made once, here, and closed in the order that {@link closersOf} tells. */
import { mkdir } from 'node:fs/promises';
import type { UserError } from '../shared/errors.ts';
import { type FolderLock, lockDataFolder } from '../shared/node/process/folder-lock.ts';
import { createLogger, type Logger } from '../shared/node/process/logger.ts';
import { type AdminToken, adminToken } from './admin-token.ts';
import type { OriginConfig } from './config.ts';
import { refuseUpgrade } from './http/refuse-upgrade.ts';
import { importFolder } from './ingest/import-folder.ts';
import { listen, type OriginHttp } from './origin-http.ts';
import { type OriginParts, openOriginParts } from './origin-parts.ts';

export interface OriginHooks {
  /** Default: one that writes to standard output and hides the secrets of this origin. */
  readonly log?: Logger;
  /** A broken invariant of our own: the process should end. Default: throws from the event loop. */
  readonly onFatal?: (error: unknown) => void;
  /** Another process has the data folder, and is given some seconds to end. */
  readonly onFolderBusy?: () => void;
  /** The compiled ingest worker; default: the one beside the compiled origin. */
  readonly workerModulePath?: string;
}

export interface Closer {
  readonly name: string;
  close(): Promise<void>;
}

export interface RunningOrigin {
  /** Base URL, as torrents and the API have it. */
  readonly publicUrl: string;
  readonly port: number;
  readonly peerPort: number;
  readonly adminToken: AdminToken;
  readonly log: Logger;
  readonly parts: OriginParts;
  /** In this order. Each may be called once. */
  readonly closers: readonly Closer[];
  /** Runs all closers. */
  close(): Promise<void>;
}

/** Answers under way get so long to end. */
const HTTP_DRAIN_MS = 1_000;

/**
 * Resolves when requests are answered and what was published is seeded.
 * @throws what listening throws (port in use), and UserError of data folder, catalog, keys and admin token
 */
export async function startOrigin(config: OriginConfig, hooks: OriginHooks = {}): Promise<RunningOrigin> {
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
  // First: what a start sweeps may be the uploads of an origin that runs.
  const lock = await lockDataFolder(config.dataFolder, { waiting: hooks.onFolderBusy });
  try {
    return await openOrigin(config, hooks, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openOrigin(
  config: OriginConfig,
  hooks: OriginHooks,
  lock: FolderLock,
): Promise<RunningOrigin> {
  const token = await adminToken(config.dataFolder, config.adminToken);
  const log =
    hooks.log ?? createLogger({ role: 'origin', name: 'origin', secrets: secretsOf(config, token) });
  let publicUrl = config.publicUrl ?? '';
  const onFatal = hooks.onFatal ?? rethrow;
  const parts = await openOriginParts({
    config,
    log,
    onFatal,
    publicUrl: () => publicUrl,
    ...workerOf(hooks),
  });
  const state = { loaded: false, draining: false };
  let http: OriginHttp;
  try {
    http = await listen({ config, parts, token: token.token, state, publicUrl: () => publicUrl, log });
  } catch (error) {
    await closeAll(closersOf(parts, undefined, state));
    throw error;
  }
  if (publicUrl === '') publicUrl = defaultUrl(config, http.port);
  if (config.fleetToken === undefined && !isLoopback(config.host))
    log.warn({ host: config.host }, 'no --fleet-token: anyone who reaches /feed may join as an edge');
  const abort = new AbortController();
  const closers = [
    ...closersOf(parts, http, state, abort),
    { name: 'data folder', close: async () => lock.release() },
  ];
  http.server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?', 1)[0] === '/feed') parts.feed.handleUpgrade(request, socket, head);
    else refuseUpgrade(socket, 404);
  });
  await parts.swarm.load(abort.signal);
  state.loaded = true;
  if (config.importFolder !== undefined) void fillFrom(config.importFolder, parts, abort.signal, log);
  const close = () => closeAll(closers);
  const { peerPort } = parts.node;
  return { publicUrl, port: http.port, peerPort, adminToken: token, log, parts, closers, close };
}

/** `--import`: beside serving, so that the origin is ready at once. A photo that is refused stops nothing. */
async function fillFrom(folder: string, parts: OriginParts, signal: AbortSignal, log: Logger): Promise<void> {
  const onRefused = (file: string, error: UserError) =>
    log.warn({ file, code: error.code }, `not imported: ${error.message}`);
  try {
    const counts = await importFolder({
      folder,
      catalog: parts.catalog,
      ingest: parts.ingest,
      signal,
      onRefused,
    });
    log.info({ folder, ...counts }, 'import done');
  } catch (error) {
    if (!signal.aborted) log.error({ err: error, folder }, 'import failed');
  }
}

const workerOf = ({ workerModulePath }: OriginHooks) =>
  workerModulePath === undefined ? {} : { workerModulePath };

/** What takes new work closes first, what keeps it last. */
function closersOf(
  parts: OriginParts,
  http: OriginHttp | undefined,
  state: { draining: boolean },
  abort?: AbortController,
): Closer[] {
  return [
    {
      name: 'feed and uploads',
      close: async () => {
        state.draining = true;
        abort?.abort();
        http?.endWatches();
        await Promise.all([parts.feed.close(), parts.ingest.close()]);
      },
    },
    { name: 'http', close: async () => http?.close(HTTP_DRAIN_MS) },
    {
      name: 'swarm',
      close: async () => {
        parts.tracker.close();
        await parts.swarm.close();
        await parts.node.close();
      },
    },
    {
      name: 'store and catalog',
      close: async () => {
        await Promise.all([parts.store.close(), parts.catalog.close()]);
      },
    },
  ];
}

async function closeAll(closers: readonly Closer[]): Promise<void> {
  for (const { close } of closers) await close();
}

function secretsOf(config: OriginConfig, token: AdminToken): string[] {
  return config.fleetToken === undefined ? [token.token] : [token.token, config.fleetToken];
}

/** An address that means "all of them" is none that a browser can open. */
function defaultUrl({ host, tls }: OriginConfig, port: number): string {
  const scheme = tls === undefined ? 'http' : 'https';
  if (host === '0.0.0.0' || host === '::') return `${scheme}://localhost:${port}`;
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

function rethrow(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
