/** Every error of the origin's API as problem+json (RFC 9457) with a stable code; docs/ERRORS.md lists the codes. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { UserError } from '../../shared/errors.ts';
import { makeProblem } from '../../shared/http/problem.ts';
import { requestIdOf } from '../../shared/node/http/request-log.ts';
import { discardBody } from './discard-body.ts';

/** No cache may keep an error (threat row 39). */
export function sendProblem(res: Response, error: UserError): void {
  const problem = {
    ...makeProblem(error.status, error.code, error.message),
    title: STATUS_CODES[error.status] ?? 'Error',
  };
  const body = Buffer.from(JSON.stringify(problem));
  res.status(error.status);
  res.setHeader('Content-Type', 'application/problem+json');
  res.setHeader('Content-Length', body.length);
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('X-Request-Id', requestIdOf(res.req));
  res.end(body);
}

/** For paths that no route took. */
export const notFound: RequestHandler = (_req, res) => {
  sendProblem(res, new UserError('not_found', 404, 'There is nothing at this path.'));
};

/** For a path that is known, with another method. @param allow as in the Allow header: `GET, POST` */
export function methodNotAllowed(allow: string): RequestHandler {
  return function refuseMethod(_req, res) {
    res.setHeader('Allow', allow);
    sendProblem(res, new UserError('method_not_allowed', 405, `This path takes ${allow}.`));
  };
}

/**
 * The last handler of an app or router. What is not a {@link UserError} is our fault: it is told to `onFault`
 * and answered without detail.
 */
export function problemHandler(onFault: (error: unknown, req: IncomingMessage) => void): ErrorRequestHandler {
  // express tells an error handler by its four parameters.
  return function answerProblem(error: unknown, req, res, _next) {
    const known = asUserError(error);
    if (!known) onFault(error, req);
    if (res.headersSent) {
      res.destroy();
      return;
    }
    sendProblem(res, known ?? new UserError('internal', 500, 'The origin failed; its log says why.'));
    discardBody(req);
  };
}

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

function asUserError(error: unknown): UserError | undefined {
  if (error instanceof UserError) return error;
  if (typeof error !== 'object' || error === null) return undefined;
  if (isDiskFull(error))
    return new UserError('storage_full', 507, 'The disk of the origin is full; nothing was changed.');
  if (error instanceof URIError) return new UserError('not_found', 404, 'There is nothing at this path.');
  const known = PARSER_ERRORS[String((error as { type?: unknown }).type)];
  return known && new UserError(...known);
}
