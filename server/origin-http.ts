/** The origin over HTTP: which handlers it has and what each is given. */
import type { IncomingMessage } from 'node:http';
import type { Registry } from 'prom-client';
import type { NodeStatus } from '../shared/api-types/status.ts';
import { createHealth } from '../shared/node/http/health.ts';
import { HttpMetrics } from '../shared/node/http/http-metrics.ts';
import { createImageAccess, isOpen } from '../shared/node/http/image-access.ts';
import { createImageRoute } from '../shared/node/http/image-route.ts';
import { createRegistry } from '../shared/node/http/node-metrics.ts';
import { requestFields } from '../shared/node/http/request-log.ts';
import { type HttpServer, startHttpServer } from '../shared/node/http/server.ts';
import type { Logger } from '../shared/node/process/logger.ts';
import { plainLines } from '../shared/node/process/plain-lines.ts';
import { packageVersion } from '../shared/node/process/version.ts';
import { createTraceRoute } from '../shared/node/trace/trace-route.ts';
import type { WatchedNode } from '../shared/node/trace/trace-watch.ts';
import { adminRouter } from './admin/admin-router.ts';
import { createApi } from './api/api-router.ts';
import { ChangeWatch } from './api/change-watch.ts';
import { storefrontFolder } from './api/storefront-files.ts';
import { createApp } from './app.ts';
import type { OriginConfig } from './config.ts';
import { registerOriginMetrics } from './origin-metrics.ts';
import type { OriginParts } from './origin-parts.ts';
import { createShop } from './shop/shop-router.ts';
import { originStatus } from './status.ts';
import { createTrackerRoute } from './tracker/tracker-route.ts';

/**
 * Edges ask for what shoppers want now and then: a new connection costs the shopper a round trip, and a second one until
 * TCP has opened its window. As nginx keeps them.
 */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

export interface ListenOptions {
  readonly config: OriginConfig;
  readonly parts: OriginParts;
  /** The admin API's secret. */
  readonly token: string;
  readonly state: { readonly loaded: boolean; readonly draining: boolean };
  readonly publicUrl: () => string;
  readonly log: Logger;
}

export interface OriginHttp extends HttpServer {
  /** A server that drains would wait for those who watch. */
  endWatches(): void;
}

/** @throws what listening throws */
export async function listen({
  config,
  parts,
  token,
  state,
  publicUrl,
  log,
}: ListenOptions): Promise<OriginHttp> {
  const onFault = (error: unknown, req?: IncomingMessage) =>
    log.error({ err: error, ...(req === undefined ? {} : requestFields(req)) }, 'request failed');
  const metrics = new HttpMetrics('origin');
  const version = packageVersion();
  const status = originStatus({ ...parts, version });
  const ready = () => {
    if (state.draining) return { ready: false, reason: 'draining' } as const;
    return state.loaded
      ? ({ ready: true } as const)
      : ({ ready: false, reason: 'opening image sets' } as const);
  };
  const { catalog, ingest, registry } = parts;
  const acknowledged = async (entry: number, sinceMs: number) => {
    const [answer] = await Promise.all([parts.acknowledgements.of(entry, sinceMs), parts.swarm.settled()]);
    return answer;
  };
  const edges = () => ({ edges: registry.edges(performance.now()) });
  const trace = createTraceRoute(watchedNode(config, parts), metrics);
  const changes = new ChangeWatch(catalog);
  const folder = storefrontFolder();
  const handler = createApp({
    direct: [
      createImageAccess(
        config.access,
        createImageRoute({
          source: parts.renditions,
          role: 'origin',
          nodeName: 'shoal-origin',
          readers: parts.readers,
          isPrivate: !isOpen(config.access),
          metrics,
          log,
        }),
        metrics,
      ),
      createHealth({ ready, status, registry: metricsOf(parts, metrics, status), metrics, log }),
      createTrackerRoute({ tracker: parts.tracker, proxies: parts.proxies, metrics, onFault }),
      trace.handler,
    ],
    admin: adminRouter({
      catalog,
      ingest,
      token,
      publicUrl,
      acknowledged,
      spread: parts.spread,
      onAuthorised: (socket) => parts.readers.taken(socket),
      onFault,
    }),
    api: createApi({
      catalog,
      changes,
      edges,
      publicUrl,
      fleetControl: { url: config.demoControlUrl ?? null },
    }),
    shop: createShop({ catalog, changes, edges, publicUrl, folder }),
    changes,
    storefrontFolder: folder,
    trustedProxies: config.trustedProxies,
    metrics,
    onFault,
  });
  const http = await startHttpServer({
    handler,
    log,
    host: config.host,
    port: config.port,
    tls: config.tls,
    onCertificate: (expiresAtMs) => {
      metrics.certificateEndsAtMs = expiresAtMs;
    },
    accessLog: config.accessLog === true ? plainLines(log) : undefined,
    keepAliveTimeoutMs: KEEP_ALIVE_TIMEOUT_MS,
  });
  parts.readers.watch(http.server);
  return { ...http, endWatches: () => trace.close() };
}

function watchedNode(
  { trace = true, upRateBytesPerSecond, downRateBytesPerSecond }: OriginConfig,
  { node, peerId }: OriginParts,
): WatchedNode | undefined {
  if (!trace) return undefined;
  return { node, name: 'origin', role: 'origin', peerId, upRateBytesPerSecond, downRateBytesPerSecond };
}

function metricsOf(parts: OriginParts, metrics: HttpMetrics, status: () => NodeStatus): Registry {
  const registry = createRegistry(metrics, { status, swarm: () => parts.node.figures() });
  registerOriginMetrics(registry, parts);
  return registry;
}
