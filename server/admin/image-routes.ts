/** Images that are published: their words, their photo, their end. */
import type { Router } from 'express';
import { UserError } from '../../shared/errors.ts';
import { imageUnknown } from '../catalog/purge-images.ts';
import { patient } from '../http/patient.ts';
import { presentImage } from '../http/present.ts';
import { methodNotAllowed } from '../http/problem.ts';
import type { AdminParts } from './admin-router.ts';
import { presentAdminImage } from './present-admin.ts';
import { parseImageChange } from './product-body.ts';
import { imageIdIn, purgeAnswer, purgeOne } from './purge-routes.ts';
import { createUploader } from './upload-photo.ts';

export function addImageRoutes(router: Router, parts: AdminParts): void {
  const { catalog, json, publicUrl, limitPurges } = parts;
  router
    .route('/unused-images')
    .get((_req, res) => {
      res.json({ images: catalog.unusedImages().map((image) => presentAdminImage(image, parts)) });
    })
    .all(methodNotAllowed('GET'));

  router
    .route('/images/:id')
    .get((req, res) => {
      const image = catalog.image(imageIdIn(req));
      if (!image) throw imageUnknown();
      res.json(presentAdminImage(image, parts));
    })
    .patch(json, async (req, res) => {
      const image = await catalog.updateImage(imageIdIn(req), parseImageChange(req.body));
      res.json(presentImage(image, publicUrl()));
    })
    .delete(limitPurges, patient, (req, res) => purgeOne(parts, req, res))
    .all(methodNotAllowed('GET, PATCH, DELETE'));

  const upload = createUploader(parts);
  router
    .route('/images/:id/photo')
    .put(limitPurges, patient, async (req, res) => {
      const replaced = catalog.image(imageIdIn(req));
      if (!replaced) throw imageUnknown();
      if (replaced.productId === null)
        throw new UserError('image_unused', 409, 'No product has this image; upload the photo to one.');
      const { image, isNew } = await upload(req, res, replaced.productId, replaced.id);
      const sinceMs = performance.now();
      // New bytes were published in the transaction that purged the old ones; the entry is the next after.
      const purged = isNew
        ? [{ entry: image.entryNumber + 1 }]
        : await catalog.purgeImages(image.id === replaced.id ? [] : [replaced.id]);
      res.status(isNew ? 201 : 200).location(`/images/${image.id}`);
      const answer = await purgeAnswer(parts, purged, sinceMs);
      res.json({ ...presentImage(image, publicUrl()), replaced: replaced.id, ...answer });
    })
    .all(methodNotAllowed('PUT'));
}
