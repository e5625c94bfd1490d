/**
 * Whoever may start and end processes here is a page of the demo's own origin, in a browser on this machine. Other sites'
 * pages reach this port too: by their address (their Origin tells), or by a name of theirs that answers with 127.0.0.1
 * (DNS rebinding: the Host tells).
 */
import type { RequestHandler } from 'express';
import { UserError } from '../../../shared/errors.ts';
import { discardBody } from '../../http/discard-body.ts';

export interface Neighbours {
  /** Of this server. */
  readonly port: number;
  /** Of the demo's origin. */
  readonly originPort: number;
}

const NAMES = ['127.0.0.1', 'localhost'];

export function fromThisMachine({ port, originPort }: Neighbours): RequestHandler {
  const pages = new Set(NAMES.map((name) => `http://${name}:${originPort}`));
  return function guard(req, res, next) {
    const { host = '', origin } = req.headers;
    const isRead = req.method === 'GET' || req.method === 'HEAD';
    if (!NAMES.some((name) => host === `${name}:${port}`)) throw refused('by this name');
    // Reading without one is a person with curl: a page's script that reads always names where it is from.
    if (origin === undefined ? !isRead : !pages.has(origin)) throw refused('from here');
    if (origin !== undefined) res.set({ 'Access-Control-Allow-Origin': origin, Vary: 'Origin' });
    if (req.method !== 'OPTIONS') return next();
    res.set({
      'Access-Control-Allow-Methods': 'GET, POST, PUT',
      'Access-Control-Allow-Headers': 'Content-Type',
      'Access-Control-Max-Age': '600',
    });
    res.status(204).end();
    discardBody(req);
  };
}

const refused = (how: string) =>
  new UserError(
    'demo_page_refused',
    403,
    `The demo's edges cannot be asked for ${how}; open /fleet at its origin.`,
  );
