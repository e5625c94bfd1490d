/** Uploads: sent, watched, described while they are under way, cancelled. */
import type { Router } from 'express';
import type { Upload, UploadAnswer, UploadList } from '../../shared/api-types/admin.ts';
import { patient } from '../http/patient.ts';
import { presentImage } from '../http/present.ts';
import { methodNotAllowed } from '../http/problem.ts';
import type { AdminParts } from './admin-router.ts';
import { parseUploadChange } from './product-body.ts';
import { createUploader } from './upload-photo.ts';

export function addUploadRoutes(router: Router, parts: AdminParts): void {
  const { ingest, json, publicUrl } = parts;
  const upload = createUploader(parts);
  router
    .route('/products/:id/images')
    .post(patient, async (req, res) => {
      const result = await upload(req, res, req.params.id);
      res.status(result.isNew ? 201 : 200).location(`/images/${result.image.id}`);
      res.json(presentImage(result.image, publicUrl()));
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/uploads')
    .get((req, res) => {
      const { version, uploads } = ingest.uploads(sinceOf(req.query.since));
      const answers = uploads.map((each) => withEdges(parts, each));
      res.json({ version, uploads: answers } satisfies UploadList);
    })
    .all(methodNotAllowed('GET'));

  router
    .route('/uploads/:id')
    .patch(json, async (req, res) => {
      const { alt } = parseUploadChange(req.body);
      res.json(withEdges(parts, await ingest.describe(req.params.id, alt)));
    })
    .delete((req, res) => {
      res.json(withEdges(parts, ingest.cancel(req.params.id)));
    })
    .all(methodNotAllowed('PATCH, DELETE'));
}

/** undefined, and so everything, for what is no number of ours. */
function sinceOf(text: unknown): number | undefined {
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function withEdges({ catalog, spread }: AdminParts, upload: Upload): UploadAnswer {
  const image = upload.state === 'ready' ? catalog.image(upload.imageId) : undefined;
  return image ? { ...upload, edges: spread(image.entryNumber) } : upload;
}
