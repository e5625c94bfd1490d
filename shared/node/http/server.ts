/** The node:http server of both roles, with a limit on everything a client can hold on to (threat rows 15 and 47). */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { PlainLines } from '../process/plain-lines.ts';
import { LISTEN_BACKLOG } from '../transport/listen-backlog.ts';
import { lookAfterReading } from './after-standstill.ts';
import { refuseBrokenRequest } from './broken-request.ts';
import { drain } from './drain.ts';
import { endReady } from './end-together.ts';
import type { HttpLog } from './exchange.ts';
import { createHttp2Sessions, type Http2Sessions } from './http2-sessions.ts';
import { withAccessLog } from './request-log.ts';
import { createSecureServer } from './secure-server.ts';
import { createSlowReaderWatch } from './slow-readers.ts';
import { refuseRequest, requestFault } from './strict-requests.ts';
import { readTlsPair, type TlsFiles, watchTlsFiles } from './tls-files.ts';
import { answerInTurns } from './turns.ts';

export type RequestListener = (req: IncomingMessage, res: ServerResponse<IncomingMessage>) => void;

export interface HttpServerOptions {
  readonly handler: RequestListener;
  readonly log: HttpLog;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Further ones are refused. Default 12,288: 10,000 shoppers, and 20,000 open files leave room for files and peers. */
  readonly maxConnections?: number;
  /** A whole request, body included, has to arrive in this time. Default 5 min: uploads; the header has 10 s. */
  readonly requestTimeoutMs?: number;
  /** Default 10,000: a browser sends its header in one packet. */
  readonly headersTimeoutMs?: number;
  /** A connection on which nothing moves is closed after this time. Default 30,000. */
  readonly idleTimeoutMs?: number;
  /** A connection without a request is kept so long. Default 5,000: longer than the 4 s in which common proxies use one again. */
  readonly keepAliveTimeoutMs?: number;
  /** Takes a line for each request. Default: none; errors and slow answers are told anyway. */
  readonly accessLog?: PlainLines | undefined;
  /** Default: none, plain HTTP. */
  readonly tls?: TlsFiles | undefined;
  /** Told when the certificate ends, of each that is used. */
  readonly onCertificate?: (expiresAtMs: number) => void;
  /** Offers HTTP/2 beside HTTP/1.1 where there is TLS. Default: no; express cannot answer it. */
  readonly http2?: boolean;
}

export interface HttpServer {
  /** For WebSocket upgrades. */
  readonly server: Server;
  readonly port: number;
  /** Takes no new connections, lets running answers end, and cuts off what is left after `deadlineMs`. */
  close(deadlineMs: number): Promise<void>;
}

/** How often Node looks for requests that are late; a shorter limit above is looked after at its own length. */
const CHECK_INTERVAL_MS = 5_000;
const KEEP_ALIVE_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;
/** Now and then a new connection, so that load spreads over nodes behind one name (nginx: 1,000). */
const MAX_REQUESTS_PER_SOCKET = 10_000;
/** So many connections are answered in one turn of the loop without anybody waiting long to be accepted. */
const CROWD = 256;
/** Node's default, written down because threat row 15 relies on it. A shop's cookies are far below. */
const MAX_HEADER_BYTES = 16_384;
/** Node's default allows 2,000; ours are read by few and sent by none in such numbers. */
const MAX_HEADERS = 200;

/** @throws what listening throws: port in use, address not here; UserError `tls_unusable` */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { log, tls } = options;
  const handler = options.accessLog ? withAccessLog(options.handler, options.accessLog) : options.handler;
  const watch = createSlowReaderWatch(log);
  const sessions =
    tls !== undefined && options.http2 === true
      ? createHttp2Sessions({
          onRequest: handler,
          log,
          watch,
          maxHeaderBytes: MAX_HEADER_BYTES,
          maxHeaders: MAX_HEADERS,
          idleTimeoutMs: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
        })
      : undefined;
  const sockets = new Set<Socket>();
  const inTurns = answerInTurns(handler, () => sockets.size > CROWD);
  const server = await createLimited({ ...options, handler: inTurns }, sessions);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // What waits for a reader behind TLS waits there, and the socket below knows nothing of it.
  const ready = tls === undefined ? 'connection' : 'secureConnection';
  server.on(ready, (socket: Socket) => {
    watch.add(socket, () => socket.destroy());
    // node:http ends a connection whose client has said its last word, often with its request.
    socket.prependListener('end', endReady);
  });
  await listen(server, options.host, options.port);
  lookAfterReading(server, checkEveryMs(options));
  watch.start();
  const unwatch =
    tls && server instanceof TlsServer
      ? watchTlsFiles(
          tls,
          (pair) => {
            server.setSecureContext(pair.options);
            options.onCertificate?.(pair.expiresAtMs);
          },
          log,
        )
      : undefined;
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: async (deadlineMs) => {
      watch.stop();
      unwatch?.();
      await drain(server, sockets, sessions, deadlineMs);
    },
  };
}

const checkEveryMs = ({
  requestTimeoutMs = CHECK_INTERVAL_MS,
  headersTimeoutMs = CHECK_INTERVAL_MS,
}: HttpServerOptions) => Math.min(CHECK_INTERVAL_MS, requestTimeoutMs, headersTimeoutMs);

async function createLimited(
  options: HttpServerOptions,
  sessions: Http2Sessions | undefined,
): Promise<Server> {
  const { handler, requestTimeoutMs = 300_000, headersTimeoutMs = 10_000 } = options;
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: requestTimeoutMs,
    headersTimeout: headersTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs ?? KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: checkEveryMs(options),
    // requestFault looks, and its answer may not be cached; Node's may.
    requireHostHeader: false,
    noDelay: true,
  };
  const onRequest: RequestListener = (req, res) => {
    const fault = requestFault(req, MAX_HEADERS);
    if (fault === undefined) handler(req, res);
    else refuseRequest(res, fault);
  };
  let server: Server;
  if (options.tls === undefined) server = createServer(limits, onRequest);
  else {
    const pair = await readTlsPair(options.tls);
    options.onCertificate?.(pair.expiresAtMs);
    server = createSecureServer(limits, pair, sessions?.server, onRequest);
  }
  server.maxHeadersCount = MAX_HEADERS;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
  server.maxConnections = options.maxConnections ?? 12_288;
  // Closes a connection whose reader has taken nothing for that long: Node looks at the kernel's queue too.
  server.timeout = options.idleTimeoutMs ?? IDLE_TIMEOUT_MS;
  server.on('clientError', refuseBrokenRequest);
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) => {
    res.writeHead(417, { 'Cache-Control': 'no-store', 'Content-Length': '0' }).end();
  });
  return server;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: LISTEN_BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
