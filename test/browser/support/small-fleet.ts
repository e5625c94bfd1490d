/** An origin and edges as small real servers, whose ways of failing a test can choose. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Product } from '../../../shared/api-types/catalog.ts';
import type { EdgeInfo, EdgeList } from '../../../shared/api-types/status.ts';
import { PROJECT } from '../../support/fleet.ts';
import type { SampleImage } from './sample-images.ts';

/**
 * alive: serves; silent: takes requests and never answers; stalled: answers probes, and images never; broken: answers
 * probes and fails images; rubbish: gives bytes that are no image. A stopped node refuses connections.
 */
export type NodeMode = 'alive' | 'silent' | 'stalled' | 'broken' | 'rubbish';

/** The shop as it is shipped: `npm test` builds it first. */
const SHOP = path.join(PROJECT, 'dist/storefront');
/** What the real origin sends: the built shop must work under it. */
const SECURITY_POLICY =
  "default-src 'self'; base-uri 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'self'; " +
  "img-src * data: blob:; connect-src *; object-src 'none'; script-src 'self'; script-src-attr 'none'; style-src 'self'";
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export class SmallNode {
  readonly name: string;
  mode: NodeMode = 'alive';
  /** Paths of images asked of this node. */
  readonly imageRequests: string[] = [];
  /** Requests for images that somebody still waits for. */
  waiting = 0;
  /** Before an image is answered. */
  onImageRequest: () => void = () => undefined;
  protected readonly samples: readonly SampleImage[];
  #server: Server | undefined;
  #port = 0;

  constructor(name: string, samples: readonly SampleImage[]) {
    this.name = name;
    this.samples = samples;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** On the same port as before when it ran before. */
  async start(): Promise<void> {
    const server = createServer((req, res) => this.answer(req, res));
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  protected answer(req: IncomingMessage, res: ServerResponse): void {
    if (this.mode === 'silent') return;
    const url = req.url ?? '/';
    if (url === '/healthz') {
      res.end('ok');
      return;
    }
    this.imageRequests.push(url);
    this.onImageRequest();
    this.waiting++;
    res.once('close', () => this.waiting--);
    if (this.mode === 'stalled') return;
    const file = this.samples.map(({ files }) => files.get(url)).find((found) => found !== undefined);
    if (file === undefined || this.mode === 'broken') {
      res.writeHead(file === undefined ? 404 : 503, { 'cache-control': 'no-store' }).end();
      return;
    }
    res.writeHead(200, {
      'content-type': file.type,
      'cache-control': 'public, max-age=31536000, immutable',
      // As real nodes: the service worker asks across origins.
      'access-control-allow-origin': '*',
    });
    res.end(this.mode === 'rubbish' ? 'rubbish' : file.bytes);
  }
}

/**
 * Whichever edge is asked for an image first fails from then on. Beforehand nobody knows which: a browser that starts on
 * a busy machine may find one of three farther than the others, and asks it for nothing.
 * @returns it, once it was asked
 */
export function failWhenAsked(edges: readonly SmallNode[], mode: NodeMode): () => SmallNode {
  let failing: SmallNode | undefined;
  for (const edge of edges) {
    edge.onImageRequest = () => {
      failing ??= edge;
      failing.mode = mode;
    };
  }
  return () => {
    if (failing === undefined) throw new Error('no edge was asked for an image');
    return failing;
  };
}

export class SmallOrigin extends SmallNode {
  products: readonly Product[] = [];
  edges: readonly SmallNode[] = [];
  /** `/api/edges` answers when this is done. */
  listGate: Promise<void> = Promise.resolve();
  /** Answers 503 to `/api/products`. */
  catalogDown = false;
  constructor(samples: readonly SampleImage[]) {
    super('origin', samples);
  }

  protected override answer(req: IncomingMessage, res: ServerResponse): void {
    const { pathname } = new URL(req.url ?? '/', 'http://origin');
    const productId = /^\/api\/products\/(.+)$/.exec(pathname)?.[1];
    if (pathname.startsWith('/images/') || this.mode === 'silent') super.answer(req, res);
    else if (pathname === '/api/edges') void this.listGate.then(() => this.#sendEdges(res));
    else if (pathname === '/api/products')
      sendJson(res, this.catalogDown ? 503 : 200, { products: this.products });
    else if (productId !== undefined) {
      const product = this.products.find(({ id }) => id === decodeURIComponent(productId));
      sendJson(res, product === undefined ? 404 : 200, product ?? {});
    } else this.#sendShop(pathname, res);
  }

  #sendEdges(res: ServerResponse): void {
    sendJson(res, 200, { edges: this.edges.map(describeEdge) } satisfies EdgeList);
  }

  #sendShop(pathname: string, res: ServerResponse): void {
    const page = `${pathname.slice(1)}.html`;
    const isPage = /^[a-z]+\.html$/.test(page) && existsSync(path.join(SHOP, page));
    const name = isPage
      ? page
      : path.extname(pathname) === ''
        ? 'index.html'
        : path.normalize(pathname).replace(/^(\.\.\/)+/, '');
    const bytes = readFileSync(path.join(SHOP, name));
    res.writeHead(200, {
      'content-type': TYPES[path.extname(name)] ?? 'application/octet-stream',
      'content-security-policy': SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
    });
    res.end(bytes);
  }
}

function sendJson(res: ServerResponse, status: number, value: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  res.end(JSON.stringify(value));
}

function describeEdge({ name, url }: SmallNode): EdgeInfo {
  return {
    name,
    url,
    live: true,
    images: { known: 0, complete: 0 },
    bytes: { wanted: 0, verified: 0, fromPeers: 0, fromOrigin: 0, uploaded: 0 },
    peers: 0,
    logNumber: 0,
  };
}
