/** A feed server on a real catalog and real sockets, and edges for it that keep what they are told. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { EdgeRegistry } from '../../../server/feed/edge-registry.ts';
import type { FeedLimits } from '../../../server/feed/feed-limits.ts';
import { type FeedCatalog, FeedServer } from '../../../server/feed/feed-server.ts';
import type { EdgeTwins } from '../../../server/feed/seat-guard.ts';
import { trustedProxies } from '../../../server/tracker/client-address.ts';
import type { FeedServerFrame } from '../../../shared/api-types/feed.ts';
import { EMPTY_LOG_HASH, type EntryBody, type HeadBody } from '../../../shared/log/entry.ts';
import { inflateFrame } from '../../../shared/node/feed-deflate.ts';
import type { PeerId } from '../../../shared/units.ts';
import { type CatalogFixture, catalogFixture } from './catalog-fixture.ts';

export const ORIGIN_ID = 'aa'.repeat(20) as PeerId;

const cleanups: (() => Promise<void> | void)[] = [];

/** After each test: ends what it began, clients first. */
export async function endFeeds(): Promise<void> {
  for (const clean of cleanups.splice(0).reverse()) await clean();
}

export interface Rig {
  readonly fixture: CatalogFixture;
  readonly registry: EdgeRegistry;
  readonly feed: FeedServer;
  readonly url: string;
  readonly port: number;
  readonly errors: unknown[];
  readonly twins: readonly EdgeTwins[];
}

export async function rig(
  limits: Partial<FeedLimits> = {},
  fleetToken?: string,
  logOf: (catalog: FeedCatalog) => FeedCatalog = (catalog) => catalog,
  now: () => number = Date.now,
): Promise<Rig> {
  const fixture = await catalogFixture();
  const registry = new EdgeRegistry();
  const errors: unknown[] = [];
  const twins: EdgeTwins[] = [];
  const feed = new FeedServer({
    catalog: logOf(fixture.catalog),
    registry,
    peer: { peerId: ORIGIN_ID, port: 6881, advertiseIp: undefined },
    publicUrl: () => 'http://origin.test',
    fleetToken,
    proxies: trustedProxies([]) ?? { trusts: () => false },
    onError: (error) => errors.push(error),
    onTwin: (told) => twins.push(told),
    limits,
    now,
  });
  const server: Server = createServer();
  server.on('upgrade', (request, socket, head) => feed.handleUpgrade(request, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  cleanups.push(async () => {
    await feed.close();
    server.close();
    await fixture.remove();
    expect(errors).toEqual([]);
  });
  return { fixture, registry, feed, url: `ws://127.0.0.1:${port}/feed`, port, errors, twins };
}

/** A client that keeps all frames and lets a test wait for one. */
export class Client {
  readonly socket: WebSocket;
  readonly frames: FeedServerFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #changed: (() => void)[] = [];

  constructor(url: string, options: object = {}) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data, isBinary) => {
      this.frames.push(JSON.parse(isBinary ? inflateFrame(data as Buffer, 2 ** 20) : String(data)));
      for (const wake of this.#changed.splice(0)) wake();
    });
    this.closed = new Promise((resolve) =>
      this.socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
    );
    cleanups.push(() => this.socket.terminate());
  }

  async hello(over: object = {}): Promise<void> {
    if (this.socket.readyState !== WebSocket.OPEN) await once(this.socket, 'open');
    const head = { number: 0, hash: EMPTY_LOG_HASH };
    const address = { peerPort: 6882, advertiseIp: null, publicUrl: null, httpPort: 8081 };
    const hello = {
      type: 'hello',
      version: 1,
      name: 'one',
      peerId: '11'.repeat(20),
      head,
      pieceHashes: false,
      fleetToken: null,
    };
    this.socket.send(JSON.stringify({ ...hello, ...address, ...over }));
  }

  async until<T>(find: (client: Client) => T | undefined): Promise<T> {
    for (;;) {
      const found = find(this);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  frame<Type extends FeedServerFrame['type']>(type: Type) {
    return this.until(({ frames }) =>
      frames.find((frame): frame is Extract<FeedServerFrame, { type: Type }> => frame.type === type),
    );
  }

  entries(): EntryBody[] {
    return this.frames.flatMap((frame) =>
      frame.type === 'entries' ? frame.entries.map(({ body }) => JSON.parse(body) as EntryBody) : [],
    );
  }

  heads(): HeadBody[] {
    return this.frames.flatMap((frame) => (frame.type === 'head' ? [JSON.parse(frame.head.body)] : []));
  }

  upTo(number: number): Promise<EntryBody[]> {
    return this.until(() => (this.entries().at(-1)?.number === number ? this.entries() : undefined));
  }
}
