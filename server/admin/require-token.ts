/**
 * The admin API's lock, looked at before a byte of the body is read: a bearer token (RFC 6750), or the cookie of a desk
 * where somebody signed in with it.
 */
import type { Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { UserError } from '../../shared/errors.ts';
import { equalTokens } from '../../shared/node/crypto/identity.ts';
import { sendProblem } from '../http/problem.ts';
import { secretOf } from './desk-cookie.ts';
import type { DeskSessions } from './desk-sessions.ts';

/** A token has 256 bits: the limit is there for logs and for tokens people chose themselves. */
const MAX_WRONG_TOKENS_PER_MINUTE = 100;

/** Every 401 says what would let one in (RFC 9110 section 15.5.2). */
const CHALLENGE = 'Bearer realm="shoal admin"';

export function requireToken(token: string): RequestHandler {
  const limitWrong = rateLimit({
    windowMs: 60_000,
    limit: MAX_WRONG_TOKENS_PER_MINUTE,
    legacyHeaders: false,
    standardHeaders: false,
    // Which address a client has is the app's to say (`trust proxy`).
    validate: false,
    handler: (_req, res) => {
      res.setHeader('Retry-After', '60');
      sendProblem(res, new UserError('token_attempts', 429, 'Too many wrong tokens; wait a minute.'));
    },
  });
  return function checkToken(req, res, next) {
    const given = /^Bearer +(\S+) *$/i.exec(req.headers.authorization ?? '')?.[1];
    if (given !== undefined && equalTokens(given, token)) {
      next();
      return;
    }
    const refuse = () => {
      res.setHeader(
        'WWW-Authenticate',
        given === undefined ? CHALLENGE : `${CHALLENGE}, error="invalid_token"`,
      );
      next(
        given === undefined
          ? new UserError('token_missing', 401, 'Send the header Authorization: Bearer TOKEN.')
          : new UserError('token_wrong', 401, 'The token is not the one of this origin.'),
      );
    };
    if (given === undefined) refuse();
    else void limitWrong(req, res, refuse);
  };
}

/** A page of another site, or of another port of this machine, cannot send it without asking (CORS preflight). */
export const DESK_HEADER = 'x-shoal-desk';

/**
 * A request without `Authorization` may show the desk's cookie instead. Browsers send that by themselves, so such a
 * request also needs a header that only the origin's own pages can set (threat row 52).
 */
export function requireTokenOrDesk(bearer: RequestHandler, sessions: DeskSessions): RequestHandler {
  return function checkDesk(req, res, next) {
    const secret = req.headers.authorization === undefined ? secretOf(req) : undefined;
    if (secret === undefined) return bearer(req, res, next);
    const refusal = refusalOf(req, sessions.has(secret));
    if (refusal?.status === 401) res.setHeader('WWW-Authenticate', CHALLENGE);
    return refusal ? next(refusal) : next();
  };
}

function refusalOf(req: Request, isOpen: boolean): UserError | undefined {
  if (!isOpen) return new UserError('session_over', 401, 'The session is over; sign in again.');
  if (req.headers[DESK_HEADER] === undefined)
    return new UserError('desk_header_missing', 403, 'A request by cookie needs the header X-Shoal-Desk.');
  return undefined;
}
