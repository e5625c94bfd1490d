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
    id = givenId(req) ?? newId();
    idOf.set(req, id);
  }
  return id;
}

function givenId({ headers: { 'x-request-id': given } }: IncomingMessage): string | undefined {
  return typeof given === 'string' && WELL_FORMED.test(given) ? given : undefined;
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
  return { requestId: requestIdOf(req), method: req.method, path: pathOf(req.url) };
}

function pathOf(url = ''): string {
  if (url.length <= MAX_PATH_CHARACTERS && PLAIN.test(url)) return url;
  const end = url.search(/[?#]/);
  return url.slice(0, Math.min(MAX_PATH_CHARACTERS, end < 0 ? url.length : end));
}

/** What the line of a request is made of: no more than that is kept until it is written. */
interface Answered {
  readonly id: string | undefined;
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly status: number;
  readonly elapsedMs: number;
  readonly address: string | undefined;
  readonly http: string;
  readonly isCut: boolean;
}

/** A line for each request when its answer has ended, or its client has left. Part of the warm path. */
export function withAccessLog(handler: RequestListener, line: PlainLines): RequestListener {
  return function logged(req, res) {
    const startedMs = performance.now();
    // A socket that has ended knows no address any more.
    const address = req.socket.remoteAddress;
    res.on('close', () => {
      const answered: Answered = {
        id: idOf.get(req) ?? givenId(req),
        method: req.method,
        url: req.url,
        status: res.statusCode,
        elapsedMs: performance.now() - startedMs,
        address,
        http: req.httpVersion,
        isCut: !res.writableFinished,
      };
      line(answered, fieldsOf);
    });
    handler(req, res);
  };
}

function fieldsOf({ id, method, url, status, elapsedMs, address, http, isCut }: Answered): string {
  // An answer that showed no id has one in the log alone.
  const who = `"requestId":"${id ?? newId()}","method":${quoted(method)},"path":${quoted(pathOf(url))}`;
  const from = address === undefined ? '' : `,"address":"${address}"`;
  const cut = isCut ? ',"cut":true' : '';
  return `${who},"status":${status},"elapsedMs":${Math.round(elapsedMs)}${from},"http":"${http}"${cut},"msg":"request"`;
}

const quoted = (text = ''): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));
