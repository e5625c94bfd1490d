/**
 * Taking images away, everywhere: each becomes a signed entry of the log, and the answer tells which edges have it in
 * effect (PU1 to PU3 of docs/PROTOCOL.md; threat row 45).
 */
import type { Request, RequestHandler, Response, Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { EdgeAcknowledgement } from '../../shared/api-types/status.ts';
import { UserError } from '../../shared/errors.ts';
import { type ImageId, parseImageId } from '../../shared/units.ts';
import type { Catalog, Purged } from '../catalog/catalog-api.ts';
import { productUnknown } from '../catalog/products.ts';
import { imageUnknown } from '../catalog/purge-images.ts';
import { patient } from '../http/patient.ts';
import { methodNotAllowed, sendProblem } from '../http/problem.ts';
import { type PurgeWish, parsePurgeWish } from './product-body.ts';

export interface PurgeOptions {
  readonly catalog: Catalog;
  /**
   * Which edges have this entry in effect, after a bounded wait.
   * @param sinceMs of performance.now
   */
  readonly acknowledged: (entry: number, sinceMs: number) => Promise<readonly EdgeAcknowledgement[]>;
  readonly json: RequestHandler;
}

/** A shop that purges more often wants tags: one request takes a thousand images. A stolen token gets no further. */
const MAX_PURGES_PER_MINUTE = 300;

/** How far a purge has come. */
export interface PurgeAnswer {
  /** The entry that takes effect last; null: there was nothing to purge. */
  readonly entry: number | null;
  readonly edges: readonly EdgeAcknowledgement[];
}

export function limitPurges(): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: MAX_PURGES_PER_MINUTE,
    legacyHeaders: false,
    standardHeaders: false,
    validate: false,
    // There is one token: whoever has it, wherever from, has this much.
    keyGenerator: () => 'admin',
    handler: (_req, res) => {
      res.setHeader('Retry-After', '60');
      const detail = `More than ${MAX_PURGES_PER_MINUTE} purges in a minute; POST /admin/purge takes many at once.`;
      sendProblem(res, new UserError('purge_rate', 429, detail));
    },
  });
}

export function addPurgeRoutes(
  router: Router,
  options: PurgeOptions & { readonly limitPurges: RequestHandler },
): void {
  const { catalog, json, limitPurges: limit } = options;
  router
    .route('/purge')
    .post(limit, patient, json, async (req, res) => {
      const sinceMs = performance.now();
      const purged = await catalog.purgeImages(await wished(catalog, parsePurgeWish(req.body)));
      const images = purged.map(({ image, entry }) => ({ image: image.id, entry }));
      res.json({ images, ...(await purgeAnswer(options, purged, sinceMs)) });
    })
    .all(methodNotAllowed('POST'));
}

export async function purgeOne(options: PurgeOptions, req: Request<{ id: string }>, res: Response) {
  const sinceMs = performance.now();
  const image = imageIdIn(req);
  const purged = await options.catalog.purgeImages([image]);
  if (purged.length === 0) throw imageUnknown();
  res.json({ image, ...(await purgeAnswer(options, purged, sinceMs)) });
}

/** @throws UserError `image_unknown` */
export function imageIdIn(req: Request<{ id: string }>): ImageId {
  const id = parseImageId(req.params.id);
  if (!id) throw imageUnknown();
  return id;
}

export async function purgeAnswer(
  { acknowledged }: Pick<PurgeOptions, 'acknowledged'>,
  purged: readonly Pick<Purged, 'entry'>[],
  sinceMs: number,
): Promise<PurgeAnswer> {
  const entry = purged.at(-1)?.entry ?? null;
  return { entry, edges: entry === null ? [] : await acknowledged(entry, sinceMs) };
}

async function wished(catalog: Catalog, wish: PurgeWish): Promise<readonly ImageId[]> {
  if ('images' in wish) return wish.images;
  if ('tag' in wish) return (await catalog.imagesTagged(wish.tag)).map(({ id }) => id);
  const product = await catalog.product(wish.product);
  if (!product) throw productUnknown();
  return product.images.map(({ id }) => id);
}
