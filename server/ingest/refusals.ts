/** Why the ingest does not take a photo, or gives it up. */
import { UserError } from '../../shared/errors.ts';

export function stopped(): UserError {
  return new UserError('ingest_stopped', 503, 'The origin is stopping; send the photo again.');
}

export function cancelled(): UserError {
  return new UserError('upload_cancelled', 409, 'The upload was cancelled; nothing was published.');
}

export function busy(): UserError {
  return new UserError('ingest_busy', 503, 'Too many photos are waiting; send this one again in a moment.');
}

export function elsewhere(): UserError {
  return new UserError('image_elsewhere', 409, 'This photo was moved to another product.');
}

export function unknownUpload(): UserError {
  return new UserError('upload_unknown', 404, 'There is no upload with this id.');
}
