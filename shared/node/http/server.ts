/** The node:http server of both roles, with a limit on everything a client can hold on to (threat rows 15 and 47). */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import { refuseBrokenRequest } from './broken-request.ts';
import type { HttpLog } from './exchange.ts';
import { createSlowReaderWatch } from './slow-readers.ts';
import { refuseRequest, requestFault } from './strict-requests.ts';

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

/** How often Node looks for requests that are late; a shorter limit above is looked after at its own length. */
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
  const { handler, log, requestTimeoutMs = 300_000, headersTimeoutMs = 10_000 } = options;
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      requestTimeout: requestTimeoutMs,
      headersTimeout: headersTimeoutMs,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, requestTimeoutMs, headersTimeoutMs),
      // requestFault looks, and its answer may not be cached; Node's may.
      requireHostHeader: false,
      noDelay: true,
    },
    (req, res) => {
      const fault = requestFault(req, MAX_HEADERS);
      if (fault === undefined) handler(req, res);
      else refuseRequest(res, fault);
    },
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

/** Connections that become idle while the server drains have to be looked for. */
const DRAIN_LOOK_MS = 50;

function drain(server: Server, sockets: ReadonlySet<Socket>, deadlineMs: number): Promise<void> {
  // To Node a connection is idle once its answer is handed over whole, though a slow reader may have megabytes of it
  // still to take. So nothing is called idle while anyone has bytes to take; they end together or at the deadline.
  const closeIdle = (): void => {
    for (const socket of sockets) if (socket.writableLength > 0) return;
    server.closeIdleConnections();
  };
  return new Promise((resolve) => {
    const looking = setInterval(closeIdle, DRAIN_LOOK_MS);
    const cutting = setTimeout(() => server.closeAllConnections(), deadlineMs);
    // Not http's own `close`, which would begin with cutting off those readers; it follows for Node's own timer.
    NetServer.prototype.close.call(server, () => {
      clearInterval(looking);
      clearTimeout(cutting);
      server.close();
      resolve();
    });
    closeIdle();
    // To Node a connection that has asked nothing yet is not idle; browsers open such ones in advance.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  });
}
