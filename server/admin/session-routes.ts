/** Signing in and out at the desk. */
import type { RequestHandler, Router } from 'express';
import type { SessionAnswer } from '../../shared/api-types/admin.ts';
import { methodNotAllowed } from '../http/problem.ts';
import { endedCookie, secretOf, sessionCookie } from './desk-cookie.ts';
import type { DeskSessions } from './desk-sessions.ts';

/** @param signIn lets a request with the token pass */
export function addSessionRoutes(router: Router, sessions: DeskSessions, signIn: RequestHandler): void {
  router
    .route('/session')
    .get((req, res) => {
      const secret = secretOf(req);
      res.json({ signedIn: secret !== undefined && sessions.has(secret) } satisfies SessionAnswer);
    })
    .post(signIn, (req, res) => {
      res.setHeader('Set-Cookie', sessionCookie(req, sessions.open()));
      res.json({ signedIn: true } satisfies SessionAnswer);
    })
    // Whoever can send the cookie may end its session: no header is asked for.
    .delete((req, res) => {
      const secret = secretOf(req);
      if (secret !== undefined) sessions.close(secret);
      res.setHeader('Set-Cookie', endedCookie(req));
      res.json({ signedIn: false } satisfies SessionAnswer);
    })
    .all(methodNotAllowed('GET, POST, DELETE'));
}
