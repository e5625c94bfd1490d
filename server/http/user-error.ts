/** What an error is to whoever made the request. */
import { UserError } from '../../shared/errors.ts';

/** Errors of express's own body parser and router carry `type` and `status`. */
const PARSER_ERRORS: Readonly<Record<string, readonly [code: string, status: number, message: string]>> = {
  'entity.parse.failed': ['json_invalid', 400, 'The body is not JSON.'],
  'entity.too.large': ['body_too_large', 413, 'The body is larger than 64 KiB.'],
  'encoding.unsupported': ['body_encoding', 415, 'Send the body without Content-Encoding.'],
  'charset.unsupported': ['body_encoding', 415, 'Send the body in UTF-8.'],
  'request.aborted': ['request_aborted', 400, 'The request ended before its body did.'],
  'request.size.invalid': ['request_aborted', 400, 'The body is not as long as Content-Length says.'],
};

/** Full disk or quota, from the file system, SQLite (SQLITE_FULL is 13) or the piece store. */
function isDiskFull(error: object): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'store_full' || errcode === 13;
}

/** undefined: the fault is ours. */
export function asUserError(error: unknown): UserError | undefined {
  if (error instanceof UserError) return error;
  if (typeof error !== 'object' || error === null) return undefined;
  if (isDiskFull(error))
    return new UserError('storage_full', 507, 'The disk of the origin is full; nothing was changed.');
  if (error instanceof URIError) return new UserError('not_found', 404, 'There is nothing at this path.');
  const known = PARSER_ERRORS[String((error as { type?: unknown }).type)];
  return known && new UserError(...known);
}

/** Our own faults are told without detail. */
export function userErrorOf(error: unknown): UserError {
  return asUserError(error) ?? new UserError('internal', 500, 'The origin failed; its log says why.');
}
