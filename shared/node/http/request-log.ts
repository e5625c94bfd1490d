/**
 * What a log says of a request, and the id by which a person finds that line: it stands in every error's answer as
 * X-Request-Id. Other answers have none: caches keep them, and nothing that a client sends may change a byte of those
 * (threat row 38).
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestListener } from './server.ts';

export interface AccessLog {
  info(fields: object, message: string): void;
}

export interface RequestFields {
  readonly requestId: string;
  readonly method: string | undefined;
  /** Without the query: signatures and tokens stand there. */
  readonly path: string;
}

/** What proxies make: UUIDs, hex, trace ids. Anything else is not repeated, in no log and no answer. */
const WELL_FORMED = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MAX_PATH_CHARACTERS = 256;

const ids = new WeakMap<IncomingMessage, string>();

/** That of the proxy in front, if it is well formed and short; else a new one. The same each time it is asked. */
export function requestIdOf(req: IncomingMessage): string {
  let id = ids.get(req);
  if (id === undefined) {
    const given = req.headers['x-request-id'];
    id = typeof given === 'string' && WELL_FORMED.test(given) ? given : randomBytes(8).toString('hex');
    ids.set(req, id);
  }
  return id;
}

export function requestFields(req: IncomingMessage): RequestFields {
  const path = (req.url ?? '').split(/[?#]/, 1)[0] as string;
  return { requestId: requestIdOf(req), method: req.method, path: path.slice(0, MAX_PATH_CHARACTERS) };
}

/** A line for each request when its answer has ended, or its client has left. */
export function withAccessLog(handler: RequestListener, log: AccessLog): RequestListener {
  return function logged(req, res) {
    const startedMs = performance.now();
    // A socket that has ended knows no address any more.
    const address = req.socket.remoteAddress;
    res.once('close', () => {
      const { statusCode: status, writableFinished } = res;
      const elapsedMs = Math.round(performance.now() - startedMs);
      const http = req.httpVersion;
      log.info(
        {
          ...requestFields(req),
          status,
          elapsedMs,
          address,
          http,
          ...(writableFinished ? {} : { cut: true }),
        },
        'request',
      );
    });
    handler(req, res);
  };
}
