/**
 * What a log says of a request, and the id by which a person finds that line: it stands in every error's answer as
 * X-Request-Id. Other answers have none: caches keep them, and nothing that a client sends may change a byte of those
 * (threat row 38).
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { PlainLines } from '../process/plain-lines.ts';
import type { RequestListener } from './server.ts';

export interface RequestFields {
  readonly requestId: string;
  readonly method: string | undefined;
  /** Without the query: signatures and tokens stand there. */
  readonly path: string;
}

/** What proxies make: UUIDs, hex, trace ids. Anything else is not repeated, in no log and no answer. */
const WELL_FORMED = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MAX_PATH_CHARACTERS = 256;
const ID_CHARACTERS = 16;
const IDS_AT_ONCE = 512;
/** Nothing in it ends a path, nor has to be escaped in JSON: nearly all there is. */
const PLAIN = /^[\w./-]*$/;

const idOf = new WeakMap<IncomingMessage, string>();

/** That of the proxy in front, if it is well formed and short; else a new one. The same each time it is asked. */
export function requestIdOf(req: IncomingMessage): string {
  let id = idOf.get(req);
  if (id === undefined) {
    id = makeId(req);
    idOf.set(req, id);
  }
  return id;
}

function makeId({ headers: { 'x-request-id': given } }: IncomingMessage): string {
  return typeof given === 'string' && WELL_FORMED.test(given) ? given : newId();
}

/** Many at a time: 3 µs for each call. */
let ids = '';
let idsAt = 0;

function newId(): string {
  if (idsAt === ids.length) {
    ids = randomBytes((IDS_AT_ONCE * ID_CHARACTERS) / 2).toString('hex');
    idsAt = 0;
  }
  idsAt += ID_CHARACTERS;
  return ids.slice(idsAt - ID_CHARACTERS, idsAt);
}

export function requestFields(req: IncomingMessage): RequestFields {
  return { requestId: requestIdOf(req), method: req.method, path: pathOf(req) };
}

function pathOf({ url = '' }: IncomingMessage): string {
  if (url.length <= MAX_PATH_CHARACTERS && PLAIN.test(url)) return url;
  const end = url.search(/[?#]/);
  return url.slice(0, Math.min(MAX_PATH_CHARACTERS, end < 0 ? url.length : end));
}

/** A line for each request when its answer has ended, or its client has left. Written by hand: it is part of the warm path. */
export function withAccessLog(handler: RequestListener, line: PlainLines): RequestListener {
  return function logged(req, res) {
    const startedMs = performance.now();
    // A socket that has ended knows no address any more.
    const address = req.socket.remoteAddress;
    res.on('close', () => {
      // An answer that shows no id needs none that is kept.
      const id = idOf.get(req) ?? makeId(req);
      const who = `"requestId":"${id}","method":${quoted(req.method)},"path":${quoted(pathOf(req))}`;
      const elapsedMs = Math.round(performance.now() - startedMs);
      const from = address === undefined ? '' : `,"address":"${address}"`;
      const cut = res.writableFinished ? '' : ',"cut":true';
      line(
        `${who},"status":${res.statusCode},"elapsedMs":${elapsedMs}${from},"http":"${req.httpVersion}"${cut},"msg":"request"`,
      );
    });
    handler(req, res);
  };
}

const quoted = (text = ''): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));
