/** One photo out of a multipart body (RFC 7578): field `image`, and optional text fields `alt` and `tags`. */
import { rm } from 'node:fs/promises';
import type { Request, RequestHandler, Response } from 'express';
import multer, { MulterError } from 'multer';
import { UserError } from '../../shared/errors.ts';
import { discardBody } from '../http/discard-body.ts';
import { sendProblem } from '../http/problem.ts';
import type { Source } from '../ingest/ingest-api.ts';
import { MAX_UPLOAD_BYTES } from '../ingest/limits.ts';
import type { StoredUpload } from '../ingest/store-upload.ts';
import { MAX_ALT_CHARACTERS, MAX_TAGS_CHARACTERS, parseAlt, parseTags } from './product-body.ts';
import { createUploadStorage } from './upload-storage.ts';

/** Boundaries, part headers and the text field around the photo. */
const MAX_BODY_BYTES = MAX_UPLOAD_BYTES + 65_536;

const TEXT_FIELDS: ReadonlySet<string> = new Set(['alt', 'tags']);

const LIMITS: multer.Options['limits'] = {
  fileSize: MAX_UPLOAD_BYTES,
  files: 1,
  fields: 2,
  parts: 3,
  /** UTF-8 takes up to four bytes for a character. */
  fieldSize: 4 * Math.max(MAX_ALT_CHARACTERS, MAX_TAGS_CHARACTERS),
  fieldNameSize: 100,
  /** A part has two or three header lines. */
  headerPairs: 8,
  fieldNestingDepth: 0,
  fieldArrayIndexLimit: 0,
};

/** @param received told of the body's bytes so far */
export type PhotoReceiver = (
  req: Request,
  res: Response,
  received: (bytes: number) => void,
) => Promise<Source>;

/**
 * @param folder where photos are put; nothing stays there when receiving fails
 * @returns a function that throws UserError `upload_missing`, `upload_field_wrong`, `upload_malformed`,
 * `request_aborted` (400), `upload_too_large` (413), `upload_not_image`, `upload_type_unsupported` (415),
 * `body_invalid` (422)
 */
export function createPhotoReceiver(folder: string): PhotoReceiver {
  const receive: RequestHandler = multer({
    storage: createUploadStorage(folder),
    limits: LIMITS,
    defParamCharset: 'utf8',
  }).single('image');
  return async (req, res, received) => {
    if (!req.is('multipart/form-data')) throw missing();
    if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
    // multer waits for ever for a request that ended before it was called (2.5.0).
    if (req.destroyed) throw aborted();
    watchLength(req, res, received);
    const body = await run(receive, req, res);
    const file = req.file as unknown as StoredUpload | undefined;
    try {
      return sourceOf(file, body);
    } catch (error) {
      if (file) await rm(file.path, { force: true });
      throw error;
    }
  };
}

function sourceOf(file: StoredUpload | undefined, body: Record<string, unknown>): Source {
  for (const [name, value] of Object.entries(body)) {
    if (!TEXT_FIELDS.has(name)) throw fieldWrong(`no field ${JSON.stringify(name)}`);
    if (Array.isArray(value)) throw fieldWrong(`${name} twice`);
  }
  const alt = parseAlt(body.alt);
  const tags = parseTags(body.tags);
  if (!file) throw missing();
  const { path, sha256, type, bytes } = file;
  return { path, sha256, type, bytes, alt, tags };
}

async function run(receive: RequestHandler, req: Request, res: Response): Promise<Record<string, unknown>> {
  await new Promise<void>((resolve, reject) => {
    void receive(req, res, (error: unknown) => (error ? reject(asUserError(error)) : resolve()));
  });
  return (req.body ?? {}) as Record<string, unknown>;
}

/**
 * multer reads a refused body to its end before it tells. A body without Content-Length may have none, so it is
 * answered and cut off here when it is longer than any that can be right.
 */
function watchLength(req: Request, res: Response, received: (bytes: number) => void): void {
  let length = 0;
  const count = (chunk: Buffer) => {
    length += chunk.length;
    received(length);
    if (length <= MAX_BODY_BYTES) return;
    req.off('data', count);
    sendProblem(res, tooLarge());
    discardBody(req);
  };
  req.on('data', count);
}

function asUserError(error: unknown): unknown {
  if (error instanceof UserError) return error;
  if (error instanceof MulterError) {
    if (error.code === 'LIMIT_FILE_SIZE') return tooLarge();
    if (error.code === 'LIMIT_FIELD_VALUE' && TEXT_FIELDS.has(error.field ?? ''))
      return new UserError('body_invalid', 422, `${error.field ?? 'a field'}: longer than allowed`);
    return fieldWrong(`${error.message}${error.field ? ` (${JSON.stringify(error.field)})` : ''}`);
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (/^Request (aborted|closed)|^aborted$/.test(message) || code === 'ECONNRESET') return aborted();
  // The disk's errors have a code and are not the client's; the multipart parser's have none.
  if (code !== undefined) return error;
  return new UserError('upload_malformed', 400, `The body is not multipart/form-data: ${message}.`);
}

function aborted(): UserError {
  return new UserError('request_aborted', 400, 'The request ended before its body did.');
}

function missing(): UserError {
  return new UserError('upload_missing', 400, 'Send the photo as multipart/form-data, in the field "image".');
}

function fieldWrong(what: string): UserError {
  return new UserError(
    'upload_field_wrong',
    400,
    `The form has one file in the field "image" and may have texts in "alt" and "tags": ${what}.`,
  );
}

function tooLarge(): UserError {
  return new UserError(
    'upload_too_large',
    413,
    `The photo is larger than ${MAX_UPLOAD_BYTES / 1_048_576} MiB; export it smaller.`,
  );
}
