/** Every error of the origin's API as problem+json (RFC 9457) with a stable code; docs/ERRORS.md lists the codes. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { UserError } from '../../shared/errors.ts';
import { makeProblem } from '../../shared/http/problem.ts';
import { requestIdOf } from '../../shared/node/http/request-log.ts';
import { discardBody } from './discard-body.ts';
import { FieldsError } from './fields-error.ts';
import { asUserError, userErrorOf } from './user-error.ts';

/** No cache may keep an error (threat row 39). */
export function sendProblem(res: Response, error: UserError): void {
  const problem = {
    ...makeProblem(error.status, error.code, error.message),
    title: STATUS_CODES[error.status] ?? 'Error',
    ...(error instanceof FieldsError ? { errors: error.errors } : {}),
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
    if (!asUserError(error)) onFault(error, req);
    if (res.headersSent) {
      res.destroy();
      return;
    }
    sendProblem(res, userErrorOf(error));
    discardBody(req);
  };
}
