/** What an edge answers over HTTP: images first, then its own state, then torrents. */
import type { Registry } from 'prom-client';
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import { UserError } from '../../shared/errors.ts';
import { createHealth } from '../../shared/node/http/health.ts';
import { HttpMetrics } from '../../shared/node/http/http-metrics.ts';
import { createImageAccess, isOpen } from '../../shared/node/http/image-access.ts';
import type { ImageReaders } from '../../shared/node/http/image-readers.ts';
import { createImageRoute, type RequestHandler } from '../../shared/node/http/image-route.ts';
import { createRegistry } from '../../shared/node/http/node-metrics.ts';
import { sendProblem } from '../../shared/node/http/problem-response.ts';
import { ScrapedMetrics } from '../../shared/node/http/scraped-metrics.ts';
import { startHttpServer } from '../../shared/node/http/server.ts';
import type { Logger } from '../../shared/node/process/logger.ts';
import { createTraceRoute } from '../../shared/node/trace/trace-route.ts';
import type { WatchedNode } from '../../shared/node/trace/trace-watch.ts';
import { type EdgeConfig, whereShoppersAsk } from '../config.ts';
import type { EdgeStatus } from '../edge-status.ts';
import type { CatchUp } from '../feed/catch-up.ts';
import type { EdgeImages } from '../images/edge-images.ts';
import type { ImageTable } from '../images/image-table.ts';
import { WorkerPool } from '../workers/worker-pool.ts';
import { afterCatchingUp } from './after-catching-up.ts';
import { createTorrentRoute } from './torrent-route.ts';

export interface EdgeServerParts {
  readonly config: EdgeConfig;
  readonly log: Logger;
  readonly images: EdgeImages;
  readonly table: ImageTable;
  readonly status: EdgeStatus;
  readonly readers: ImageReaders;
  readonly catchUp: CatchUp;
  /** What /trace shows; undefined: nothing. */
  readonly watched: WatchedNode | undefined;
}

export interface EdgeServer {
  readonly port: number;
  /** Workers serve this image no more. This process looks into the table. */
  drop(image: PublishedImage): void;
  /** Resolves when nothing of what was dropped so far leaves a worker. */
  dropped(): Promise<void>;
  /** Takes no new connections, lets running answers end, and cuts off what is left after `deadlineMs`. */
  close(deadlineMs: number): Promise<void>;
}

/** Where the edge answers its own workers. */
const LOOPBACK = { host: '127.0.0.1', port: 0 };
const NO_WORKERS = { drop: () => undefined, dropped: async () => undefined };
/**
 * A worker's connections carry one shopper's answer after the other: a reset for what one of them had is the end of
 * another's. Workers cut what they pass on themselves, before a purge is acknowledged (PU2).
 */
const CUT_BY_WORKERS = { sending: () => undefined };

/** @throws what listening throws: port in use, address not here */
export async function startEdgeServer(parts: EdgeServerParts): Promise<EdgeServer> {
  const { config, log, status, readers } = parts;
  if (config.tls !== undefined && config.publicUrl === undefined)
    throw new UserError(
      'tls_public_url',
      400,
      '--tls-cert wants --public-url too, such as https://edge.example.com: a certificate is for a name',
    );
  const metrics = new HttpMetrics('edge');
  const registry = createRegistry(metrics, status);
  status.register(registry);
  let pool: WorkerPool | undefined;
  const trace = createTraceRoute(parts.watched, metrics);
  const routes = [...routesOf(parts, metrics, registry, async () => pool?.told()), trace.handler];
  const http = await startHttpServer({
    ...(config.workers === 0 ? whereShoppersAsk(config, log) : LOOPBACK),
    log,
    onCertificate: (expiresAtMs) => {
      metrics.certificateEndsAtMs = expiresAtMs;
    },
    handler: (request, response) => {
      for (const route of routes) if (route(request, response)) return;
      metrics.answered('other', 404);
      sendProblem(response, { status: 404, code: 'not_found', detail: 'There is nothing at this address.' });
    },
  });
  readers.watch(http.server);
  const close = (deadlineMs: number) => {
    trace.close();
    return http.close(deadlineMs);
  };
  if (config.workers === 0) return { ...NO_WORKERS, port: http.port, close };
  try {
    const workers = await startWorkers(parts, metrics, http.port);
    pool = workers;
    registerWorkers(registry, workers);
    return {
      port: workers.port,
      drop: (image) => workers.drop(image),
      dropped: () => workers.dropped(),
      close: async (deadlineMs) => {
        trace.close();
        await workers.close(deadlineMs);
        await http.close(0);
      },
    };
  } catch (error) {
    await http.close(0);
    throw error;
  }
}

/** @param told resolves when what workers counted is counted in `metrics` */
function routesOf(
  { config, log, images, status, readers, catchUp }: EdgeServerParts,
  metrics: HttpMetrics,
  registry: Registry,
  told: () => Promise<void>,
): readonly RequestHandler[] {
  const image = createImageRoute({
    source: images.renditions,
    role: 'edge',
    nodeName: config.name,
    readers: config.workers === 0 ? readers : CUT_BY_WORKERS,
    isPrivate: !isOpen(config.access),
    metrics,
    log,
  });
  return [
    afterCatchingUp(createImageAccess(config.access, image, metrics), catchUp, metrics),
    createHealth({
      ready: () => status.ready(),
      status: () => status.status(),
      registry: { contentType: registry.contentType, metrics: () => told().then(() => registry.metrics()) },
      metrics,
      log,
    }),
    createTorrentRoute({ torrent: (infoHash) => images.published.torrent(infoHash), metrics }),
  ];
}

function startWorkers(
  { config, log, images, table, catchUp }: EdgeServerParts,
  metrics: HttpMetrics,
  mainPort: number,
): Promise<WorkerPool> {
  return WorkerPool.start({
    workers: config.workers,
    port: config.port,
    mainPort,
    metrics,
    log,
    image: (id) => table.image(id),
    isCurrent: () => catchUp.isCurrent,
    used: (image, _rendition, times) => images.used(image, times),
  });
}

function registerWorkers(registry: Registry, pool: WorkerPool): void {
  const scraped = new ScrapedMetrics(registry);
  scraped.gauge('shoal_edge_workers', 'Processes that serve shoppers.', () => pool.figures.alive);
  scraped.counter(
    'shoal_edge_worker_restarts_total',
    'Workers that ended and were replaced.',
    () => pool.figures.restarts,
  );
}
