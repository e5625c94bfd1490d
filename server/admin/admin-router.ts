/** The admin API (design section 3), to be mounted at `/admin`. Every route wants the token. */
import express, { type Request, type Response, type Router } from 'express';
import { UserError } from '../../shared/errors.ts';
import type { ImageId } from '../../shared/units.ts';
import { imageUnknown } from '../catalog/catalog.ts';
import type { Catalog } from '../catalog/catalog-api.ts';
import { productUnknown } from '../catalog/products.ts';
import { presentImage, presentProduct } from '../http/present.ts';
import { methodNotAllowed, notFound, problemHandler } from '../http/problem.ts';
import type { Ingest, IngestResult } from '../ingest/ingest.ts';
import { BUSY_RETRY_SECONDS } from '../ingest/limits.ts';
import { parseImageChange, parseNewProduct, parseProductChange } from './product-body.ts';
import {
  addPurgeRoutes,
  imageIdIn,
  limitPurges,
  type PurgeOptions,
  purgeAnswer,
  purgeOne,
} from './purge-routes.ts';
import { createPhotoReceiver, type PhotoReceiver } from './receive-photo.ts';
import { requireToken } from './require-token.ts';

export interface AdminOptions {
  readonly catalog: Catalog;
  readonly ingest: Ingest;
  readonly token: string;
  /** The origin's base URL without trailing slash. */
  readonly publicUrl: () => string;
  readonly acknowledged: PurgeOptions['acknowledged'];
  /** Told of every error that is not the request's own. */
  readonly onFault: (error: unknown) => void;
}

const MAX_JSON_BYTES = 65_536;

export function adminRouter(options: AdminOptions): Router {
  const { catalog, ingest, publicUrl } = options;
  const router = express.Router();
  router.use(requireToken(options.token));
  router.use((_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  });
  // Photos are multipart and never pass through the JSON parser.
  const json = express.json({ limit: MAX_JSON_BYTES, inflate: false });
  const purging = { catalog, acknowledged: options.acknowledged, json };
  const limit = limitPurges();

  router
    .route('/products')
    .get(async (_req, res) => {
      const products = await catalog.listProducts();
      res.json({ products: products.map((product) => presentProduct(product, publicUrl())) });
    })
    .post(json, async (req, res) => {
      const product = await catalog.createProduct(parseNewProduct(req.body));
      res.status(201).location(`/api/products/${product.id}`).json(presentProduct(product, publicUrl()));
    })
    .all(methodNotAllowed('GET, POST'));

  router
    .route('/products/:id')
    .get(async (req, res) => {
      const product = await catalog.product(req.params.id);
      if (!product) throw productUnknown();
      res.json(presentProduct(product, publicUrl()));
    })
    .patch(json, async (req, res) => {
      const product = await catalog.updateProduct(req.params.id, parseProductChange(req.body));
      res.json(presentProduct(product, publicUrl()));
    })
    .delete(limit, async (req, res) => {
      const sinceMs = performance.now();
      const { purged } = await catalog.deleteProduct(req.params.id);
      const images = purged.map(({ image, entry }) => ({ image: image.id, entry }));
      res.json({ product: req.params.id, images, ...(await purgeAnswer(purging, purged, sinceMs)) });
    })
    .all(methodNotAllowed('GET, PATCH, DELETE'));

  const receivePhoto = createPhotoReceiver(ingest.uploadsFolder);
  router
    .route('/products/:id/images')
    .post(async (req, res) => {
      const result = await upload(options, receivePhoto, req, res, req.params.id);
      res.status(result.isNew ? 201 : 200).location(`/images/${result.image.id}`);
      res.json(presentImage(result.image, publicUrl()));
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/images/:id')
    .patch(json, async (req, res) => {
      const image = await catalog.updateImage(imageIdIn(req), parseImageChange(req.body));
      res.json(presentImage(image, publicUrl()));
    })
    .delete(limit, (req, res) => purgeOne(purging, req, res))
    .all(methodNotAllowed('PATCH, DELETE'));

  router
    .route('/images/:id/photo')
    .put(limit, async (req, res) => {
      const replaced = catalog.image(imageIdIn(req));
      if (!replaced) throw imageUnknown();
      const { image, isNew } = await upload(options, receivePhoto, req, res, replaced.productId, replaced.id);
      const sinceMs = performance.now();
      // New bytes were published in the transaction that purged the old ones; the entry is the next after.
      const purged = isNew
        ? [{ entry: image.entryNumber + 1 }]
        : await catalog.purgeImages(image.id === replaced.id ? [] : [replaced.id]);
      res.status(isNew ? 201 : 200).location(`/images/${image.id}`);
      const answer = await purgeAnswer(purging, purged, sinceMs);
      res.json({ ...presentImage(image, publicUrl()), replaced: replaced.id, ...answer });
    })
    .all(methodNotAllowed('PUT'));

  addPurgeRoutes(router, purging, limit);

  router
    .route('/jobs')
    .get((_req, res) => {
      res.json({ jobs: ingest.jobs() });
    })
    .all(methodNotAllowed('GET'));

  router.use(notFound);
  router.use(problemHandler(options.onFault));
  return router;
}

/** Everything that can be refused without the body is refused before it is read. */
async function upload(
  { catalog, ingest }: AdminOptions,
  receive: PhotoReceiver,
  req: Request<{ id: string }>,
  res: Response,
  productId: string,
  replaces?: ImageId,
): Promise<IngestResult> {
  if (!(await catalog.product(productId))) throw productUnknown();
  const ticket = admit(ingest, productId, res);
  let source: Awaited<ReturnType<PhotoReceiver>>;
  try {
    source = await receive(req as unknown as Request, res);
  } catch (error) {
    ticket.abandon(error instanceof UserError ? error.code : 'internal');
    throw error;
  }
  return ticket.publish(replaces === undefined ? source : { ...source, replaces });
}

function admit(ingest: Ingest, productId: string, res: Response) {
  try {
    return ingest.admit(productId);
  } catch (error) {
    res.setHeader('Retry-After', String(BUSY_RETRY_SECONDS));
    throw error;
  }
}
