/** The admin API (design section 3), to be mounted at `/admin`. Every route wants the token. */
import express, { type Request, type Response, type Router } from 'express';
import { UserError } from '../../shared/errors.ts';
import { parseImageId } from '../../shared/units.ts';
import type { Catalog } from '../catalog/catalog-api.ts';
import { productUnknown } from '../catalog/products.ts';
import { presentImage, presentProduct } from '../http/present.ts';
import { methodNotAllowed, notFound, problemHandler } from '../http/problem.ts';
import type { Ingest, IngestResult } from '../ingest/ingest.ts';
import { BUSY_RETRY_SECONDS } from '../ingest/limits.ts';
import { parseNewProduct, parseProductChange } from './product-body.ts';
import { createPhotoReceiver, type PhotoReceiver } from './receive-photo.ts';
import { requireToken } from './require-token.ts';

export interface AdminOptions {
  readonly catalog: Catalog;
  readonly ingest: Ingest;
  readonly token: string;
  /** The origin's base URL without trailing slash. */
  readonly publicUrl: () => string;
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
    .delete(async (req, res) => {
      await catalog.deleteProduct(req.params.id);
      res.status(204).end();
    })
    .all(methodNotAllowed('GET, PATCH, DELETE'));

  const receivePhoto = createPhotoReceiver(ingest.uploadsFolder);
  router
    .route('/products/:id/images')
    .post(async (req, res) => {
      const result = await upload(options, receivePhoto, req, res);
      res.status(result.isNew ? 201 : 200).location(`/images/${result.image.id}`);
      res.json(presentImage(result.image, publicUrl()));
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/images/:id')
    .delete(async (req, res) => {
      const id = parseImageId(req.params.id);
      if (!id) throw new UserError('image_unknown', 404, 'There is no image with this id.');
      await catalog.purgeImage(id);
      res.status(204).end();
    })
    .all(methodNotAllowed('DELETE'));

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
): Promise<IngestResult> {
  const { id } = req.params;
  if (!(await catalog.product(id))) throw productUnknown();
  const ticket = admit(ingest, id, res);
  let source: Awaited<ReturnType<PhotoReceiver>>;
  try {
    source = await receive(req as unknown as Request, res);
  } catch (error) {
    ticket.abandon(error instanceof UserError ? error.code : 'internal');
    throw error;
  }
  return ticket.publish(source);
}

function admit(ingest: Ingest, productId: string, res: Response) {
  try {
    return ingest.admit(productId);
  } catch (error) {
    res.setHeader('Retry-After', String(BUSY_RETRY_SECONDS));
    throw error;
  }
}
