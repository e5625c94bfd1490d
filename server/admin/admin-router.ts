/** The admin API (design section 3), to be mounted at `/admin`. Every route but `/session` wants the token. */
import type { Socket } from 'node:net';
import express, { type RequestHandler, type Router } from 'express';
import type { AdminLimits, Spread } from '../../shared/api-types/admin.ts';
import type { Catalog } from '../catalog/catalog-api.ts';
import { methodNotAllowed, notFound, problemHandler } from '../http/problem.ts';
import type { Ingest } from '../ingest/ingest-api.ts';
import {
  MAX_SOURCE_PIXELS,
  MAX_SOURCE_SIDE_PIXELS,
  MAX_UPLOAD_BYTES,
  MAX_WAITING_UPLOADS,
} from '../ingest/limits.ts';
import { DeskSessions } from './desk-sessions.ts';
import { addImageRoutes } from './image-routes.ts';
import { TEXT_LIMITS } from './product-body.ts';
import { addProductRoutes } from './product-routes.ts';
import { addPurgeRoutes, limitPurges, type PurgeOptions } from './purge-routes.ts';
import { requireToken, requireTokenOrDesk } from './require-token.ts';
import { addSessionRoutes } from './session-routes.ts';
import { addUploadRoutes } from './upload-routes.ts';

export interface AdminOptions {
  readonly catalog: Catalog;
  readonly ingest: Ingest;
  readonly token: string;
  /** The origin's base URL without trailing slash. */
  readonly publicUrl: () => string;
  readonly acknowledged: PurgeOptions['acknowledged'];
  /** How far the set that this entry published has come in the fleet. */
  readonly spread: (entry: number) => Spread;
  /** Told of each connection on which somebody with the right to it asks. */
  readonly onAuthorised?: (socket: Socket) => void;
  /** Told of every error that is not the request's own. */
  readonly onFault: (error: unknown) => void;
}

/** What the routes share. */
export interface AdminParts extends AdminOptions {
  readonly json: RequestHandler;
  readonly limitPurges: RequestHandler;
}

const MAX_JSON_BYTES = 65_536;

const LIMITS: AdminLimits = {
  photo: {
    maxBytes: MAX_UPLOAD_BYTES,
    maxPixels: MAX_SOURCE_PIXELS,
    maxSidePixels: MAX_SOURCE_SIDE_PIXELS,
    types: ['image/jpeg', 'image/png', 'image/webp', 'image/avif'],
    maxUploads: MAX_WAITING_UPLOADS,
  },
  ...TEXT_LIMITS,
};

export function adminRouter(options: AdminOptions): Router {
  const router = express.Router();
  router.use((_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  });
  const sessions = new DeskSessions();
  const bearer = requireToken(options.token);
  addSessionRoutes(router, sessions, bearer);
  router.use(requireTokenOrDesk(bearer, sessions));
  router.use((req, _res, next) => {
    options.onAuthorised?.(req.socket);
    next();
  });
  const parts: AdminParts = {
    ...options,
    // Photos are multipart and never pass through the JSON parser.
    json: express.json({ limit: MAX_JSON_BYTES, inflate: false }),
    limitPurges: limitPurges(),
  };
  addProductRoutes(router, parts);
  addUploadRoutes(router, parts);
  addImageRoutes(router, parts);
  addPurgeRoutes(router, parts);
  router
    .route('/limits')
    .get((_req, res) => {
      res.json(LIMITS);
    })
    .all(methodNotAllowed('GET'));
  router.use(notFound);
  router.use(problemHandler(options.onFault));
  return router;
}
