/** Feed and tracker of an origin together: what an edge says on its socket, and what a stock client is told. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { EdgeRegistry } from '../../../server/feed/edge-registry.ts';
import { FeedServer } from '../../../server/feed/feed-server.ts';
import { trustedProxies } from '../../../server/tracker/client-address.ts';
import { FleetAnnounces } from '../../../server/tracker/fleet-announces.ts';
import { Tracker } from '../../../server/tracker/tracker.ts';
import type { FeedServerFrame } from '../../../shared/api-types/feed.ts';
import type { AnnounceFrame } from '../../../shared/feed/announce-frames.ts';
import { parseServerFrame } from '../../../shared/feed/server-frame.ts';
import { EMPTY_LOG_HASH } from '../../../shared/log/entry.ts';
import type { InfoHash, PeerId } from '../../../shared/units.ts';
import { waitFor } from '../../support/wait-for.ts';
import { catalogFixture } from '../support/catalog-fixture.ts';
import { greetingPeer } from '../support/greeting-peer.ts';

const ORIGIN_ID = 'aa'.repeat(20) as PeerId;
const EDGE_ID = '11'.repeat(20) as PeerId;
const STOCK_ID = '22'.repeat(20) as PeerId;
const EDGE_PORT = 6882;

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function rig(graceMs = 100) {
  const fixture = await catalogFixture();
  const { catalog } = fixture;
  const registry = new EdgeRegistry();
  const announces = new FleetAnnounces(() => catalog.head().number, { graceMs, newsEveryMs: 10 });
  const proxies = trustedProxies([]) ?? { trusts: () => false };
  const errors: unknown[] = [];
  const origin = { peerId: ORIGIN_ID, port: 6881, advertiseIp: undefined };
  const feed = new FeedServer({
    catalog,
    registry,
    announces,
    peer: origin,
    publicUrl: () => 'http://origin.test',
    fleetToken: undefined,
    proxies,
    onError: (error) => errors.push(error),
  });
  const tracker = new Tracker({ catalog, registry, announces, origin });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => feed.handleUpgrade(request, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    await feed.close();
    tracker.close();
    server.close();
    await fixture.remove();
    expect(errors).toEqual([]);
  });
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/feed`;
  return { fixture, registry, tracker, url };
}

/** An edge that was welcomed. */
async function edgeAt(url: string) {
  const socket = new WebSocket(url);
  const frames: FeedServerFrame[] = [];
  socket.on('error', () => undefined);
  socket.on('message', (data, isBinary) => {
    if (!isBinary) frames.push(parseServerFrame(String(data)));
  });
  cleanups.push(() => socket.terminate());
  await once(socket, 'open');
  const head = { number: 0, hash: EMPTY_LOG_HASH };
  const address = { peerPort: EDGE_PORT, advertiseIp: null, publicUrl: null, httpPort: 8081 };
  const who = { type: 'hello', version: 1, name: 'one', peerId: EDGE_ID };
  socket.send(JSON.stringify({ ...who, head, ...address, pieceHashes: false, fleetToken: null }));
  await waitFor(() => expect(frames[0]?.type).toBe('welcome'));
  const announce = (frame: Partial<AnnounceFrame>) =>
    socket.send(JSON.stringify({ type: 'announce', has: [], wants: [], left: [], whole: false, ...frame }));
  const news = () => frames.filter((frame) => frame.type === 'peers');
  return { socket, announce, news };
}

/** A stock client's listening port: it answers the handshake of any torrent. */
async function stockClient(): Promise<number> {
  const peer = await greetingPeer('127.0.0.1', STOCK_ID);
  cleanups.push(peer.close);
  return peer.port;
}

function ask(
  tracker: Tracker,
  infoHash: InfoHash,
  over: { port?: number; leftBytes?: number; peerId?: PeerId } = {},
) {
  const request = {
    infoHash,
    peerId: STOCK_ID,
    port: 7000,
    leftBytes: 100,
    uploadedBytes: 0,
    downloadedBytes: 0,
    event: 'periodic' as const,
    numWant: 50,
    compact: true,
    noPeerId: true,
    ...over,
  };
  const answer = tracker.announce(request as never, '127.0.0.1', '127.0.0.1');
  if (!answer) throw new Error('unknown torrent');
  return answer;
}

const ports = (answer: ReturnType<typeof ask>) => answer.peers.map(({ port }) => port);

test('FA2: a stock client that announces over HTTP is told of the edges that have or want the torrent', async () => {
  const { fixture, tracker, url } = await rig();
  const [one, two] = [await fixture.publish('a'), await fixture.publish('b')];
  const edge = await edgeAt(url);
  edge.announce({ has: [one.entryNumber, one.entryNumber], wants: [two.entryNumber, two.entryNumber] });
  await waitFor(() => expect(ports(ask(tracker, one.infoHash))).toContain(EDGE_PORT));
  expect(ask(tracker, one.infoHash)).toMatchObject({ seeds: 2, leechers: 1 });
  expect(ask(tracker, two.infoHash)).toMatchObject({ seeds: 1, leechers: 2 });
  expect(ports(ask(tracker, two.infoHash))).toEqual([6881, EDGE_PORT]);
  // Seeds have nothing for each other.
  expect(ports(ask(tracker, one.infoHash, { leftBytes: 0 }))).toEqual([]);
  edge.announce({ has: [two.entryNumber, two.entryNumber], left: [one.entryNumber, one.entryNumber] });
  await waitFor(() => expect(ports(ask(tracker, one.infoHash))).toEqual([6881]));
  expect(tracker.scrape([two.infoHash]).get(two.infoHash)).toEqual({ seeds: 2, leechers: 1, completed: 1 });
  // The stock client in both swarms, the edge in one of them; the range's number 1 is the log's key.
  edge.announce({ has: [1, 1] });
  edge.announce({ has: [two.entryNumber, two.entryNumber] });
  await waitFor(() => expect(tracker.peerCount).toBe(3));
});

test('FA3: the seats of a lost socket vanish after the grace', async () => {
  const { fixture, tracker, url } = await rig();
  const { infoHash, entryNumber } = await fixture.publish('a');
  const edge = await edgeAt(url);
  edge.announce({ has: [1, entryNumber] });
  await waitFor(() => expect(ports(ask(tracker, infoHash))).toContain(EDGE_PORT));
  edge.socket.terminate();
  await waitFor(() => expect(ports(ask(tracker, infoHash))).toEqual([6881]));
});

test('FA3: an edge that is back within the grace keeps its seats', async () => {
  const { fixture, tracker, url, registry } = await rig(60_000);
  const { infoHash, entryNumber } = await fixture.publish('a');
  const first = await edgeAt(url);
  first.announce({ has: [1, entryNumber], whole: true });
  await waitFor(() => expect(ports(ask(tracker, infoHash))).toContain(EDGE_PORT));
  first.socket.terminate();
  await waitFor(() => expect(registry.fleet(performance.now())).toEqual([]));
  expect(ports(ask(tracker, infoHash))).toContain(EDGE_PORT);
  const again = await edgeAt(url);
  expect(ports(ask(tracker, infoHash))).toContain(EDGE_PORT);
  again.announce({ whole: true });
  await waitFor(() => expect(ports(ask(tracker, infoHash))).toEqual([6881]));
});

test('FA4: an edge is told of a stock client once that can be reached, and of nothing when there is none', async () => {
  const { fixture, tracker, url } = await rig();
  const [one, two] = [await fixture.publish('a'), await fixture.publish('b')];
  const edge = await edgeAt(url);
  edge.announce({ wants: [one.entryNumber, one.entryNumber], has: [two.entryNumber, two.entryNumber] });
  await waitFor(() => expect(ask(tracker, two.infoHash, { port: 9 })).toMatchObject({ seeds: 2 }));
  const port = await stockClient();
  // A seed has nothing for an edge that has it all.
  ask(tracker, two.infoHash, { port, leftBytes: 0 });
  ask(tracker, one.infoHash, { port, leftBytes: 0 });
  await waitFor(() => expect(edge.news()).toHaveLength(1));
  expect(edge.news()).toEqual([
    { type: 'peers', addresses: [{ ip: '127.0.0.1', port }], sets: [{ entry: one.entryNumber, peers: [0] }] },
  ]);
});

test('FA4: an edge that announces a set hears of the stock clients that were there before', async () => {
  const { fixture, tracker, url } = await rig();
  const { infoHash, entryNumber } = await fixture.publish('a');
  const port = await stockClient();
  ask(tracker, infoHash, { port });
  await waitFor(() => expect(ports(ask(tracker, infoHash, { port: 9 }))).toContain(port));
  const edge = await edgeAt(url);
  expect(edge.news()).toEqual([]);
  edge.announce({ wants: [1, entryNumber], whole: true });
  await waitFor(() => expect(edge.news()).toHaveLength(1));
  expect(edge.news()[0]).toMatchObject({ addresses: [{ port }], sets: [{ entry: entryNumber, peers: [0] }] });
});

test('FA5: an edge on the feed that asks over HTTP too is not counted twice', async () => {
  const { fixture, tracker, url } = await rig();
  const { infoHash, entryNumber } = await fixture.publish('a');
  const edge = await edgeAt(url);
  ask(tracker, infoHash, { peerId: EDGE_ID, leftBytes: 0 });
  expect(ask(tracker, infoHash)).toMatchObject({ seeds: 2, leechers: 1 });
  edge.announce({ wants: [entryNumber, entryNumber] });
  await waitFor(() => expect(ask(tracker, infoHash)).toMatchObject({ seeds: 1, leechers: 2 }));
  ask(tracker, infoHash, { peerId: EDGE_ID, leftBytes: 0 });
  expect(ask(tracker, infoHash)).toMatchObject({ seeds: 1, leechers: 2 });
});
