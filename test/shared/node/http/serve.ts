/** The image route behind the real server on a free port, and plain ways to talk to it. */
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { HttpMetrics } from '../../../../shared/node/http/http-metrics.ts';
import { createImageRoute } from '../../../../shared/node/http/image-route.ts';
import {
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from '../../../../shared/node/http/server.ts';
import { IMAGE_ID, type MemorySource, memorySource } from './memory-source.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** False when the connection ended before Content-Length. */
  readonly complete: boolean;
}

export interface Served {
  readonly source: MemorySource;
  readonly metrics: HttpMetrics;
  readonly server: HttpServer;
  readonly logged: { readonly fields: object; readonly message: string }[];
  /** `path` below the image (`/640.avif`, `?w=1`), or from the root when it starts with `/images` or `/healthz`. */
  ask(path: string, headers?: OutgoingHttpHeaders, method?: string): Promise<Answer>;
  /** Sends text as it is; resolves with all that comes back until the server ends the connection. */
  raw(text: string): Promise<string>;
  dial(): Promise<Socket>;
}

export async function serveImages(
  source: MemorySource = memorySource(),
  options: Partial<HttpServerOptions> = {},
): Promise<Served> {
  const metrics = new HttpMetrics('edge');
  const logged: { fields: object; message: string }[] = [];
  const note = (fields: object, message: string) => void logged.push({ fields, message });
  const log = { info: note, warn: note, error: note };
  const route = createImageRoute({ source, role: 'edge', nodeName: 'edge-1', metrics, log });
  const server = await startHttpServer({
    handler: (req, res) => {
      if (!route(req, res)) res.writeHead(404, { 'Content-Length': '0' }).end();
    },
    log,
    host: '127.0.0.1',
    port: 0,
    ...options,
  });
  onTestFinished(() => server.close(0));
  const dial = () => dialPort(server.port);
  return {
    source,
    metrics,
    server,
    logged,
    dial,
    ask: (path, headers = {}, method = 'GET') =>
      askPort(
        server.port,
        /^\/(images|healthz)/.test(path) ? path : `/images/${IMAGE_ID}${path}`,
        headers,
        method,
      ),
    raw: async (text) => {
      const socket = await dial();
      socket.write(text, 'latin1');
      return readToEnd(socket);
    },
  };
}

export function askPort(
  port: number,
  path: string,
  headers: OutgoingHttpHeaders = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', () => undefined);
      res.on('close', () =>
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          body: Buffer.concat(chunks),
          complete: res.complete,
        }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

function dialPort(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
    onTestFinished(() => void socket.destroy());
  });
}

export function readToEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}
