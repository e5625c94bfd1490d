/** The image route behind the real server on a free port, and plain ways to talk to it. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { HttpMetrics } from '../../../../shared/node/http/http-metrics.ts';
import { ImageReaders } from '../../../../shared/node/http/image-readers.ts';
import { createImageRoute } from '../../../../shared/node/http/image-route.ts';
import {
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from '../../../../shared/node/http/server.ts';
import { type Answer, askPort, dialPort, rawExchange } from '../../../support/http-client.ts';
import { IMAGE_ID, type MemorySource, memorySource } from './memory-source.ts';

export interface Served {
  readonly source: MemorySource;
  readonly metrics: HttpMetrics;
  readonly server: HttpServer;
  readonly readers: ImageReaders;
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
  const readers = new ImageReaders();
  const logged: { fields: object; message: string }[] = [];
  const note = (fields: object, message: string) => void logged.push({ fields, message });
  const log = { warn: note, error: note };
  const route = createImageRoute({ source, role: 'edge', nodeName: 'edge-1', readers, metrics, log });
  const server = await startHttpServer({
    handler: (req, res) => {
      if (!route(req, res)) res.writeHead(404, { 'Content-Length': '0' }).end();
    },
    log,
    host: '127.0.0.1',
    port: 0,
    ...options,
  });
  readers.watch(server.server);
  onTestFinished(() => server.close(0));
  const dial = () => dialPort(server.port);
  return {
    source,
    metrics,
    server,
    readers,
    logged,
    dial,
    ask: (path, headers = {}, method = 'GET') =>
      askPort(
        server.port,
        /^\/(images|healthz)/.test(path) ? path : `/images/${IMAGE_ID}${path}`,
        headers,
        method,
      ),
    raw: (text) => rawExchange(server.port, text),
  };
}
