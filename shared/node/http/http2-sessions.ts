/**
 * HTTP/2 (RFC 9113) for browsers. Requests go to the same routes as those of HTTP/1.1; what differs is evened out
 * here. A session costs a client little and may cost us much, so everything in it has a limit (threat row 48).
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  constants,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { ifStillIdle } from './after-standstill.ts';
import type { HttpLog } from './exchange.ts';
import { FrameBudget } from './frame-budget.ts';
import type { RequestListener } from './server.ts';
import type { SlowReaderWatch } from './slow-readers.ts';
import { NOT_IN_HOST } from './strict-requests.ts';

export interface Http2Options {
  readonly onRequest: RequestListener;
  readonly log: HttpLog;
  readonly watch: SlowReaderWatch;
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  readonly idleTimeoutMs: number;
}

/** What RFC 9113 section 6.5.2 asks for at least; a page of a shop shows fewer images at once. */
const MAX_STREAMS = 100;
/** Answers wait in it by reference, a hundred of the largest renditions together. */
const MAX_SESSION_MIB = 64;
/** Frames that break the protocol, and streams beyond the limit, before the session ends. Browsers send none. */
const MAX_INVALID_FRAMES = 20;
const MAX_REJECTED_STREAMS = 50;

export interface Http2Sessions {
  readonly server: Http2Server;
  /** No new streams; a session ends with its last one. */
  drain(): void;
}

export function createHttp2Sessions(options: Http2Options): Http2Sessions {
  const { maxHeaderBytes, maxHeaders } = options;
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer({
    maxSessionMemory: MAX_SESSION_MIB,
    maxSessionInvalidFrames: MAX_INVALID_FRAMES,
    maxSessionRejectedStreams: MAX_REJECTED_STREAMS,
    maxHeaderListPairs: maxHeaders,
    settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: maxHeaderBytes },
  });
  server.setTimeout(options.idleTimeoutMs);
  server.on('timeout', (session: ServerHttp2Session) => {
    // What comes need not be a stream's, and then Node does not count it as life.
    session.setTimeout(options.idleTimeoutMs);
    const socket = sockets.get(session);
    if (socket) ifStillIdle(socket, () => session.destroy());
  });
  // A client that breaks the rules ends its own session; Node tells of it there, and nobody need know.
  server.on('sessionError', () => undefined);
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    guard(session, options);
  });
  server.on('request', (req: Http2ServerRequest, res: Http2ServerResponse) => {
    const socket = sockets.get(req.stream.session as ServerHttp2Session);
    if (socket === undefined) return;
    evenOut(req, res, socket);
    if (isFaulty(req)) res.writeHead(400, { 'cache-control': 'no-store' }).end();
    else
      options.onRequest(req as unknown as IncomingMessage, res as unknown as ServerResponse<IncomingMessage>);
  });
  const sockets = new WeakMap<ServerHttp2Session, Socket>();
  server.prependListener('connection', (socket: Socket) => {
    server.once('session', (session) => sockets.set(session, socket));
  });
  return {
    server,
    drain: () => {
      for (const session of sessions) session.close();
    },
  };
}

/** What a client can make us do without ever reading an answer, each kind with a budget. */
function guard(session: ServerHttp2Session, { log, watch }: Http2Options): void {
  const budget = new FrameBudget(performance.now());
  const spend = (kind: 'reset' | 'control'): void => {
    if (session.destroyed || budget.spend(kind, performance.now())) return;
    log.warn({ address: session.socket?.remoteAddress, kind }, 'HTTP/2 flood');
    session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  };
  session.on('ping', () => spend('control'));
  session.on('remoteSettings', () => spend('control'));
  session.on('stream', (stream: ServerHttp2Stream) => {
    watch.add(stream, () => session.destroy());
    // By whomever: a client also makes us reset streams, with frames that break the rules (CVE-2025-8671).
    stream.once('close', () => {
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) spend('reset');
    });
  });
}

/** What handlers written for node:http look at, and would find otherwise. */
function evenOut(req: Http2ServerRequest, res: Http2ServerResponse, socket: Socket): void {
  req.headers.host ??= req.authority;
  // Node guards the one of HTTP/2 with a proxy per stream; ours is the connection's, by which answers are counted.
  Object.defineProperty(req, 'socket', { value: socket });
  // Who has left is answered no more: there is no `close` any more to end what would be begun.
  Object.defineProperty(res, 'destroyed', { get: () => res.stream.destroyed });
  // An answer that is cut short must not look like one that has ended.
  res.destroy = () => res.stream.close(constants.NGHTTP2_INTERNAL_ERROR) as unknown as Http2ServerResponse;
}

/** Section 8.3.1: one authority, and Host, if it is sent too, says the same. */
function isFaulty({ headers, authority }: Http2ServerRequest): boolean {
  const { host } = headers;
  return host === undefined || host === '' || host !== (authority || host) || NOT_IN_HOST.test(host);
}
