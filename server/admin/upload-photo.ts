/** A photo's way from a request to a published image. */
import type { Request, Response } from 'express';
import { UserError } from '../../shared/errors.ts';
import type { ImageId } from '../../shared/units.ts';
import type { Catalog } from '../catalog/catalog-api.ts';
import { productUnknown } from '../catalog/products.ts';
import { discardBody } from '../http/discard-body.ts';
import { sendProblem } from '../http/problem.ts';
import type { Ingest, IngestResult, Source, Ticket } from '../ingest/ingest-api.ts';
import { BUSY_RETRY_SECONDS } from '../ingest/limits.ts';
import { createPhotoReceiver, type PhotoReceiver } from './receive-photo.ts';

export interface UploaderOptions {
  readonly catalog: Pick<Catalog, 'product'>;
  readonly ingest: Ingest;
}

/** Everything that can be refused without the body is refused before it is read. */
export type Uploader = (
  req: Request<{ id: string }>,
  res: Response,
  productId: string,
  replaces?: ImageId,
) => Promise<IngestResult>;

export function createUploader({ catalog, ingest }: UploaderOptions): Uploader {
  const receive = createPhotoReceiver(ingest.uploadsFolder);
  return async (req, res, productId, replaces) => {
    if (!(await catalog.product(productId))) throw productUnknown();
    const ticket = admit(ingest, productId, req, res);
    const source = await received(receive, ticket, req as unknown as Request, res);
    return ticket.publish(replaces === undefined ? source : { ...source, replaces });
  };
}

async function received(
  receive: PhotoReceiver,
  ticket: Ticket,
  req: Request,
  res: Response,
): Promise<Source> {
  const declared = Number(req.headers['content-length']);
  const totalBytes = Number.isSafeInteger(declared) ? declared : null;
  const cut = () => {
    if (!res.headersSent) sendProblem(res, ticket.signal.reason as UserError);
    discardBody(req);
  };
  ticket.signal.addEventListener('abort', cut, { once: true });
  try {
    return await receive(req, res, (bytes) => ticket.received(bytes, totalBytes));
  } catch (error) {
    ticket.abandon(error);
    throw error;
  } finally {
    ticket.signal.removeEventListener('abort', cut);
  }
}

function admit(ingest: Ingest, productId: string, req: Request<{ id: string }>, res: Response): Ticket {
  try {
    return ingest.admit(productId, uploadIdOf(req));
  } catch (error) {
    if (error instanceof UserError && error.status === 503)
      res.setHeader('Retry-After', String(BUSY_RETRY_SECONDS));
    throw error;
  }
}

/** @throws UserError `upload_id_invalid` (400) */
function uploadIdOf(req: Request<{ id: string }>): string | undefined {
  const id = req.get('upload-id');
  if (id === undefined || /^[A-Za-z0-9_-]{8,64}$/.test(id)) return id;
  throw new UserError('upload_id_invalid', 400, 'An Upload-Id has 8 to 64 letters, digits, - or _.');
}
