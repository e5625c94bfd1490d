/** The admin API's only lock: a bearer token (RFC 6750), looked at before a byte of the body is read. */
import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { UserError } from '../../shared/errors.ts';
import { equalTokens } from '../../shared/node/crypto/identity.ts';
import { sendProblem } from '../http/problem.ts';

/** A token has 256 bits: the limit is there for logs and for tokens people chose themselves. */
const MAX_WRONG_TOKENS_PER_MINUTE = 100;

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
    const challenge = given === undefined ? '' : ', error="invalid_token"';
    const refuse = () => {
      res.setHeader('WWW-Authenticate', `Bearer realm="shoal admin"${challenge}`);
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
