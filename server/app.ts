/**
 * Who answers a request: the image route (never through express: measured, it costs nine tenths), health, the
 * tracker, and then express with the admin API, the public API and the shop.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type Express, type Router } from 'express';
import helmet from 'helmet';
import type { HttpMetrics } from '../shared/node/http/http-metrics.ts';
import type { RequestHandler } from '../shared/node/http/image-route.ts';
import type { ChangeWatch } from './api/change-watch.ts';
import { storefrontFiles } from './api/storefront-files.ts';
import { notFound, problemHandler } from './http/problem.ts';
import type { Shop } from './shop/shop-router.ts';

export interface AppOptions {
  /** Asked in this order, before express; each answers or leaves the request alone. */
  readonly direct: readonly RequestHandler[];
  readonly admin: Router;
  readonly api: Router;
  readonly shop: Shop;
  readonly changes: ChangeWatch;
  /** The built pages. */
  readonly storefrontFolder: string;
  /** Proxies whose X-Forwarded-For counts when wrong admin tokens are. */
  readonly trustedProxies: readonly string[];
  readonly metrics: HttpMetrics;
  readonly onFault: (error: unknown, req: IncomingMessage) => void;
}

export function createApp(options: AppOptions): (req: IncomingMessage, res: ServerResponse) => void {
  const { direct } = options;
  const app = expressApp(options);
  return function answer(req, res) {
    for (const handler of direct) if (handler(req, res)) return;
    app(req, res);
  };
}

function expressApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  // Where a validator is worth it, the route sets one; hashing every answer is not.
  app.disable('etag');
  app.set('trust proxy', [...options.trustedProxies]);
  app.use(countAnswers(options.metrics));
  app.use(securityHeaders());
  app.use('/admin', options.changes.middleware, options.admin);
  app.use(options.api);
  app.use(options.shop.pages);
  app.use(storefrontFiles(options.storefrontFolder));
  app.use((req, res, next) => (API_PATH.test(req.path) ? next() : options.shop.lost(req, res, next)));
  app.use(notFound);
  app.use(problemHandler(options.onFault));
  return app;
}

/**
 * The shop shows images from any edge and talks to any of them; everything else comes from here. No HSTS, no
 * upgrade to https and no opener policy: whether there is TLS is for the proxy in front to know, and over plain
 * http browsers only complain about them.
 */
function securityHeaders() {
  return helmet({
    contentSecurityPolicy: {
      directives: {
        'img-src': ['*', 'data:', 'blob:'],
        'connect-src': ['*'],
        'style-src': ["'self'"],
        'font-src': ["'self'"],
        'upgrade-insecure-requests': null,
      },
    },
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    // Public answers may stand in other sites' pages; what is not public wants a token.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  });
}

const API_PATH = /^\/(?:api|admin|torrents)\//;

function countAnswers(metrics: HttpMetrics): express.RequestHandler {
  return function count(req, res, next) {
    const route = API_PATH.test(req.path) ? 'api' : 'other';
    res.once('finish', () => metrics.answered(route, res.statusCode));
    next();
  };
}
