/** Products: made, changed, ordered, deleted. */
import type { Request, Router } from 'express';
import { UserError } from '../../shared/errors.ts';
import { productUnknown } from '../catalog/products.ts';
import { patient } from '../http/patient.ts';
import { presentProduct } from '../http/present.ts';
import { methodNotAllowed } from '../http/problem.ts';
import type { AdminParts } from './admin-router.ts';
import { presentAdminProduct } from './present-admin.ts';
import { parseImageOrder, parseNewProduct, parsePlace, parseProductChange } from './product-body.ts';
import { purgeAnswer } from './purge-routes.ts';

export function addProductRoutes(router: Router, parts: AdminParts): void {
  const { catalog, json, publicUrl } = parts;
  router
    .route('/products')
    .get(async (_req, res) => {
      const products = await catalog.listProducts();
      res.json({ products: products.map((product) => presentProduct(product, publicUrl())) });
    })
    .post(json, async (req, res) => {
      const product = await catalog.createProduct(parseNewProduct(req.body), idempotencyKeyOf(req));
      res.status(201).location(`/api/products/${product.id}`).json(presentProduct(product, publicUrl()));
    })
    .all(methodNotAllowed('GET, POST'));

  router
    .route('/products/:id')
    .get(async (req, res) => {
      const product = await catalog.product(req.params.id);
      if (!product) throw productUnknown();
      res.json(presentAdminProduct(product, parts));
    })
    .patch(json, async (req, res) => {
      const product = await catalog.updateProduct(req.params.id, parseProductChange(req.body));
      res.json(presentProduct(product, publicUrl()));
    })
    .delete(parts.limitPurges, patient, async (req, res) => {
      const sinceMs = performance.now();
      const { purged } = await catalog.deleteProduct(req.params.id, req.query.images === 'keep');
      const images = purged.map(({ image, entry }) => ({ image: image.id, entry }));
      res.json({ product: req.params.id, images, ...(await purgeAnswer(parts, purged, sinceMs)) });
    })
    .all(methodNotAllowed('GET, PATCH, DELETE'));

  addOrderRoutes(router, parts);
}

function addOrderRoutes(router: Router, { catalog, json, publicUrl, spread }: AdminParts): void {
  router
    .route('/products/:id/place')
    .put(json, async (req, res) => {
      await catalog.placeProduct(req.params.id, parsePlace(req.body));
      res.status(204).end();
    })
    .all(methodNotAllowed('PUT'));

  router
    .route('/products/:id/order')
    .put(json, async (req, res) => {
      const product = await catalog.orderImages(req.params.id, parseImageOrder(req.body));
      res.json(presentProduct(product, publicUrl()));
    })
    .all(methodNotAllowed('PUT'));

  router
    .route('/products/:id/edges')
    .get(async (req, res) => {
      const product = await catalog.product(req.params.id);
      if (!product) throw productUnknown();
      res.json({ images: product.images.map(({ id, entryNumber }) => ({ id, edges: spread(entryNumber) })) });
    })
    .all(methodNotAllowed('GET'));
}

/** As in draft-ietf-httpapi-idempotency-key-header. @throws UserError `idempotency_key_invalid` (400) */
function idempotencyKeyOf(req: Request): string | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,64}$/.test(key)) return key;
  throw new UserError(
    'idempotency_key_invalid',
    400,
    'An Idempotency-Key has 1 to 64 letters, digits or signs of ASCII.',
  );
}
