/** The node:http server of both roles, with a limit on everything a client can hold on to (threat rows 15 and 47). */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { refuseBrokenRequest } from './broken-request.ts';
import type { HttpLog } from './exchange.ts';
import { createSlowReaderWatch } from './slow-readers.ts';

export interface HttpServerOptions {
  readonly handler: (req: IncomingMessage, res: ServerResponse) => void;
  readonly log: HttpLog;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Further connections are refused. Default 8192, half of what a usual limit of open files leaves over. */
  readonly maxConnections?: number;
  /** A whole request, body included, has to arrive in this time. Default 5 min: uploads; the header has 10 s. */
  readonly requestTimeoutMs?: number;
  /** Default 10,000: a browser sends its header in one packet. */
  readonly headersTimeoutMs?: number;
  /** A connection on which nothing moves is closed after this time. Default 30,000. */
  readonly idleTimeoutMs?: number;
}

export interface HttpServer {
  /** For WebSocket upgrades. */
  readonly server: Server;
  readonly port: number;
  /** Takes no new connections, lets running answers end, and cuts off what is left after `deadlineMs`. */
  close(deadlineMs: number): Promise<void>;
}

/** How often Node looks for requests that are late; also how late a limit above may be noticed. */
const CHECK_INTERVAL_MS = 5_000;
/** Longer than the 4 s in which common proxies use a connection again, so that they are the ones who close it. */
const KEEP_ALIVE_TIMEOUT_MS = 5_000;
/** Now and then a new connection, so that load spreads over nodes behind one name (nginx: 1,000). */
const MAX_REQUESTS_PER_SOCKET = 10_000;
/** Node's default, written down because threat row 15 relies on it. A shop's cookies are far below. */
const MAX_HEADER_BYTES = 16_384;
/** Node's default allows 2,000; ours are read by few and sent by none in such numbers. */
const MAX_HEADERS = 200;

/** @throws what listening throws: port in use, address not here */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { handler, log } = options;
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      requestTimeout: options.requestTimeoutMs ?? 300_000,
      headersTimeout: options.headersTimeoutMs ?? 10_000,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      requireHostHeader: true,
      noDelay: true,
    },
    handler,
  );
  server.maxHeadersCount = MAX_HEADERS;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
  server.maxConnections = options.maxConnections ?? 8192;
  // Closes a connection whose reader has taken nothing for that long: Node looks at the kernel's queue too.
  server.timeout = options.idleTimeoutMs ?? 30_000;
  server.on('clientError', refuseBrokenRequest);
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) => {
    res.writeHead(417, { 'Cache-Control': 'no-store', 'Content-Length': '0' }).end();
  });
  const watch = createSlowReaderWatch(log);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    watch.add(socket);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listen(server, options.host, options.port);
  watch.start();
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: async (deadlineMs) => {
      watch.stop();
      await drain(server, sockets, deadlineMs);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Node closes idle connections once; those that become idle while it drains have to be looked for. */
const DRAIN_LOOK_MS = 50;

function drain(server: Server, sockets: ReadonlySet<Socket>, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const looking = setInterval(() => server.closeIdleConnections(), DRAIN_LOOK_MS);
    const cutting = setTimeout(() => server.closeAllConnections(), deadlineMs);
    server.close(() => {
      clearInterval(looking);
      clearTimeout(cutting);
      resolve();
    });
    server.closeIdleConnections();
    // To Node a connection that has asked nothing yet is not idle; browsers open such ones in advance.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  });
}
