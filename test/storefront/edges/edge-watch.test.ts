import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { rememberEdges } from '../../../storefront/src/edges/edge-memory.ts';
import { EdgeWatch, type Fleet } from '../../../storefront/src/edges/edge-watch.ts';
import type { ListedEdge } from '../../../storefront/src/edges/known-edge.ts';
import { edge } from './fleet.ts';

const DAY_MS = 24 * 3_600_000;

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const undo of cleanUp.splice(0)) undo();
});

async function serve(
  listener: RequestListener,
  port = 0,
): Promise<{ url: string; port: number; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  cleanUp.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port: bound } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${bound}`, port: bound, server };
}

const alive: RequestListener = (_, res) => res.end('ok');

interface WatchedFleet {
  readonly watch: EdgeWatch;
  readonly stored: Map<string, string>;
  readonly until: (holds: (fleet: Fleet) => boolean) => Promise<Fleet>;
}

function watchFrom(
  originUrl: string,
  stored = new Map<string, string>(),
  listed: readonly ListedEdge[] = [],
): WatchedFleet {
  const page = new URL(originUrl);
  const watch = new EdgeWatch({
    pageUrl: page,
    fetch: (url, init) => fetch(new URL(url, originUrl), init),
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, text) => void stored.set(key, text),
    },
    nowMs: () => Date.now(),
    listed,
    isHidden: () => false,
  });
  cleanUp.push(() => watch.stop());
  const until = (holds: (fleet: Fleet) => boolean) =>
    new Promise<Fleet>((resolve) => {
      const look = () => {
        if (!holds(watch.fleet.get())) return;
        stop();
        resolve(watch.fleet.get());
      };
      const stop = watch.fleet.subscribe(look);
      look();
    });
  return { watch, stored, until };
}

const probeOf = (fleet: Fleet, name: string) => fleet.edges.find((edge) => edge.name === name)?.health.probe;

describe('edge watch, over real sockets', () => {
  it('lists the live edges, measures them, and is settled then', async () => {
    const edge = await serve(alive);
    const origin = await serve((_, res) =>
      res.end(
        JSON.stringify({
          edges: [
            { name: 'a', url: edge.url, live: true },
            { name: 'b', url: 'http://127.0.0.1:9', live: false },
          ],
        }),
      ),
    );
    const { watch, until, stored } = watchFrom(origin.url);
    expect(watch.fleet.get()).toMatchObject({ edges: [], settled: false });
    watch.start();
    const fleet = await until((now) => probeOf(now, 'a') === 'ok' && now.settled);
    expect(fleet.edges).toHaveLength(1);
    expect(fleet.edges[0]?.health.latencyMs).toBeGreaterThan(0);
    expect(fleet.originReachable).toBe(true);
    expect(watchFrom(origin.url, stored).watch.fleet.get()).toMatchObject({
      settled: true,
      edges: [{ name: 'a' }],
    });
  });

  it('an origin that lists no edge yet, as after its restart: those of a visit before are used at once', async () => {
    const text = rememberEdges([{ ...edge('a', { latencyMs: 20 }), listedAtMs: Date.now() - DAY_MS }]);
    const { watch } = watchFrom('http://127.0.0.1:9', new Map([['shoal.edges', text]]));
    expect(watch.fleet.get()).toMatchObject({ settled: true, edges: [{ name: 'a' }] });
  });

  it('edges of a visit before that are all gone: the new ones are measured first', () => {
    const text = rememberEdges([{ ...edge('a', { latencyMs: 20 }), listedAtMs: Date.now() - DAY_MS }]);
    const stored = new Map([['shoal.edges', text]]);
    const { watch } = watchFrom('http://127.0.0.1:9', stored, [{ name: 'b', url: 'http://b' }]);
    expect(watch.fleet.get()).toMatchObject({ settled: false, edges: [{ name: 'b' }] });
  });

  it('keeps the last list while /api/edges does not answer', async () => {
    const edge = await serve(alive);
    const origin = await serve((_, res) =>
      res.end(JSON.stringify({ edges: [{ name: 'a', url: edge.url, live: true }] })),
    );
    const { watch, until } = watchFrom(origin.url);
    watch.start();
    await until((fleet) => probeOf(fleet, 'a') === 'ok');
    origin.server.close();
    origin.server.closeAllConnections();
    watch.refreshSoon(0);
    const fleet = await until(({ originReachable }) => !originReachable);
    expect(fleet.edges.map(({ name }) => name)).toEqual(['a']);
  });

  it('an edge that died fails its probe after an image failed, and is back when it answers again', async () => {
    const edge = await serve(alive);
    const origin = await serve((_, res) =>
      res.end(JSON.stringify({ edges: [{ name: 'a', url: edge.url, live: true }] })),
    );
    const { watch, until } = watchFrom(origin.url);
    watch.start();
    await until((fleet) => probeOf(fleet, 'a') === 'ok');
    edge.server.close();
    edge.server.closeAllConnections();
    watch.imageFailed(edge.url);
    await until((fleet) => probeOf(fleet, 'a') === 'failed');
    await serve(alive, edge.port);
    watch.refreshSoon(0);
    await until((fleet) => probeOf(fleet, 'a') === 'ok');
  });

  it('an edge that gives nothing is asked whether it is there, and left when it does not answer', async () => {
    let isMute = false;
    const edge = await serve((_, res) => void (isMute || res.end('ok')));
    const origin = await serve((_, res) =>
      res.end(JSON.stringify({ edges: [{ name: 'a', url: edge.url, live: true }] })),
    );
    const { watch, until } = watchFrom(origin.url);
    watch.start();
    await until((fleet) => probeOf(fleet, 'a') === 'ok');
    await watch.suspect(edge.url);
    expect(probeOf(watch.fleet.get(), 'a')).toBe('ok');
    isMute = true;
    await watch.suspect(edge.url);
    expect(probeOf(watch.fleet.get(), 'a')).toBe('failed');
  });

  it('settles without any edge when the origin has none', async () => {
    const origin = await serve((_, res) => res.end('{"edges":[]}'));
    const { watch, until } = watchFrom(origin.url);
    watch.start();
    expect((await until(({ settled }) => settled)).edges).toEqual([]);
  });
});
