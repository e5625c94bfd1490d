/** What an edge answers over HTTP: images first, then its own state, then torrents. */
import { UserError } from '../../shared/errors.ts';
import { createHealth } from '../../shared/node/http/health.ts';
import { HttpMetrics } from '../../shared/node/http/http-metrics.ts';
import { createImageAccess, isOpen } from '../../shared/node/http/image-access.ts';
import type { ImageReaders } from '../../shared/node/http/image-readers.ts';
import { createImageRoute } from '../../shared/node/http/image-route.ts';
import { createRegistry } from '../../shared/node/http/node-metrics.ts';
import { sendProblem } from '../../shared/node/http/problem-response.ts';
import { type HttpServer, startHttpServer } from '../../shared/node/http/server.ts';
import type { Logger } from '../../shared/node/process/logger.ts';
import type { EdgeConfig } from '../config.ts';
import type { EdgeStatus } from '../edge-status.ts';
import type { CatchUp } from '../feed/catch-up.ts';
import type { EdgeImages } from '../images/edge-images.ts';
import { afterCatchingUp } from './after-catching-up.ts';
import { createTorrentRoute } from './torrent-route.ts';

export interface EdgeServerParts {
  readonly config: EdgeConfig;
  readonly log: Logger;
  readonly images: EdgeImages;
  readonly status: EdgeStatus;
  readonly readers: ImageReaders;
  readonly catchUp: CatchUp;
}

/** @throws what listening throws: port in use, address not here */
export async function startEdgeServer(parts: EdgeServerParts): Promise<HttpServer> {
  const { config, log, images, status, readers, catchUp } = parts;
  if (config.tls !== undefined && config.publicUrl === undefined)
    throw new UserError(
      'tls_public_url',
      400,
      '--tls-cert wants --public-url too, such as https://edge.example.com: a certificate is for a name',
    );
  const metrics = new HttpMetrics('edge');
  const registry = createRegistry(metrics, status);
  status.register(registry);
  const routes = [
    afterCatchingUp(
      createImageAccess(
        config.access,
        createImageRoute({
          source: images.renditions,
          role: 'edge',
          nodeName: config.name,
          readers,
          isPrivate: !isOpen(config.access),
          metrics,
          log,
        }),
        metrics,
      ),
      catchUp,
      metrics,
    ),
    createHealth({ ready: () => status.ready(), status: () => status.status(), registry, metrics, log }),
    createTorrentRoute({ torrent: (infoHash) => images.torrent(infoHash), metrics }),
  ];
  const http = await startHttpServer({
    host: config.host,
    port: config.port,
    log,
    tls: config.tls,
    onCertificate: (expiresAtMs) => {
      metrics.certificateEndsAtMs = expiresAtMs;
    },
    http2: true,
    accessLog: config.accessLog ?? false,
    handler: (request, response) => {
      for (const route of routes) if (route(request, response)) return;
      metrics.answered('other', 404);
      sendProblem(response, { status: 404, code: 'not_found', detail: 'There is nothing at this address.' });
    },
  });
  readers.watch(http.server);
  return http;
}
