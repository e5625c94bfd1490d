import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import type { StoredImage } from '../../../server/catalog/catalog-api.ts';
import { type EdgeArrival, EdgeRegistry } from '../../../server/feed/edge-registry.ts';
import { trustedProxies } from '../../../server/tracker/client-address.ts';
import { Tracker } from '../../../server/tracker/tracker.ts';
import { createTrackerRoute } from '../../../server/tracker/tracker-route.ts';
import { decode } from '../../../shared/bencode/bencode.ts';
import { asBytes, asDictionary, asInteger, asList, asText } from '../../../shared/bencode/value.ts';
import { fromHex, toLatin1 } from '../../../shared/bytes.ts';
import { HttpMetrics } from '../../../shared/node/http/http-metrics.ts';
import { seededRandom } from '../../../shared/random.ts';
import { encodeHexBytes } from '../../../shared/tracker/raw-query.ts';
import type { PeerId } from '../../../shared/units.ts';
import { type CatalogFixture, catalogFixture } from '../support/catalog-fixture.ts';
import { greetingPeer } from '../support/greeting-peer.ts';

const ORIGIN_ID = 'aa'.repeat(20) as PeerId;
const ORIGIN_PORT = 6881;
const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

interface Rig {
  readonly fixture: CatalogFixture;
  readonly registry: EdgeRegistry;
  readonly tracker: Tracker;
  readonly image: StoredImage;
  readonly port: number;
}

async function rig(host = '127.0.0.1', proxies: string[] = []): Promise<Rig> {
  const fixture = await catalogFixture();
  const image = await fixture.publish('cup');
  const registry = new EdgeRegistry();
  const origin = { peerId: ORIGIN_ID, port: ORIGIN_PORT, advertiseIp: undefined };
  const tracker = new Tracker({ catalog: fixture.catalog, registry, origin });
  const faults: unknown[] = [];
  const route = createTrackerRoute({
    tracker,
    proxies: trustedProxies(proxies) ?? { trusts: () => false },
    metrics: new HttpMetrics('origin'),
    onFault: (error) => faults.push(error),
  });
  const server: Server = createServer((req, res) => {
    if (!route(req, res)) res.writeHead(404).end();
  });
  server.listen(0, host);
  await once(server, 'listening');
  cleanups.push(async () => {
    tracker.close();
    server.closeAllConnections();
    server.close();
    await fixture.remove();
    expect(faults).toEqual([]);
  });
  return { fixture, registry, tracker, image, port: (server.address() as AddressInfo).port };
}

interface Asked {
  readonly host?: string;
  /** Address the request comes from, within 127.0.0.0/8. */
  readonly from?: string;
  readonly headers?: Record<string, string>;
  readonly method?: string;
}

async function ask(
  port: number,
  path: string,
  { host = '127.0.0.1', from, headers, method = 'GET' }: Asked = {},
) {
  const sent = request({ host, port, path, method, headers, localAddress: from, agent: false });
  sent.end();
  const [answer] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const body = new Uint8Array(Buffer.concat(chunks));
  return { status: answer.statusCode as number, headers: answer.headers, body };
}

const fieldsOf = (body: Uint8Array) => {
  const fields = asDictionary(decode(body, { maxBytes: 1_000_000, maxItems: 10_000, maxDepth: 8 }));
  if (!fields) throw new Error('no dictionary');
  return fields;
};

const query = (infoHash: string, over: Record<string, string | number> = {}, peer = '11') =>
  Object.entries({
    info_hash: encodeHexBytes(infoHash),
    peer_id: encodeHexBytes(peer.repeat(20)),
    port: 7000,
    uploaded: 0,
    downloaded: 0,
    left: 100,
    ...over,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/** Peers of a compact answer as `ip:port`, IPv6 ones too. */
function peersOf(body: Uint8Array): string[] {
  const fields = fieldsOf(body);
  const four = asBytes(fields.get('peers')) ?? new Uint8Array();
  const peers: string[] = [];
  for (let at = 0; at < four.length; at += 6)
    peers.push(`${four.subarray(at, at + 4).join('.')}:${((four[at + 4] ?? 0) << 8) | (four[at + 5] ?? 0)}`);
  const six = asBytes(fields.get('peers6')) ?? new Uint8Array();
  for (let at = 0; at < six.length; at += 18)
    peers.push(`six:${((six[at + 16] ?? 0) << 8) | (six[at + 17] ?? 0)}`);
  return peers.sort();
}

const failureOf = (body: Uint8Array) => asText(fieldsOf(body).get('failure reason'));

/** A peer that answers handshakes of any torrent. */
async function peerAt(host: string): Promise<number> {
  const peer = await greetingPeer(host, '22'.repeat(20) as PeerId);
  cleanups.push(peer.close);
  return peer.port;
}

describe('announce', () => {
  test('the origin is always among the peers, as a seed, compact (BEP 23)', async () => {
    const { port, image } = await rig();
    const { status, headers, body } = await ask(port, `/announce?${query(image.infoHash)}`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain');
    expect(peersOf(body)).toEqual([`127.0.0.1:${ORIGIN_PORT}`]);
    const fields = fieldsOf(body);
    expect(asInteger(fields.get('complete'))).toBe(1);
    expect(asInteger(fields.get('incomplete'))).toBe(1);
    expect(asInteger(fields.get('interval'))).toBeGreaterThan(0);
    expect(asInteger(fields.get('min interval'))).toBeGreaterThan(0);
  });

  test('BEP 9: who just started is handed seeds though it says that nothing is left; a seed later is not', async () => {
    const { port, image } = await rig();
    const peersFor = async (over: Record<string, string>) =>
      peersOf((await ask(port, `/announce?${query(image.infoHash, { left: 0, ...over })}`)).body);
    expect(await peersFor({ event: 'started' })).toEqual([`127.0.0.1:${ORIGIN_PORT}`]);
    expect(await peersFor({})).toEqual([]);
    expect(await peersFor({ event: 'completed' })).toEqual([]);
  });

  test('full answers (compact=0) carry ip, port and id; no_peer_id leaves the id out', async () => {
    const { port, image } = await rig();
    for (const [over, id] of [
      [{ compact: 0 }, toLatin1(fromHex(ORIGIN_ID) ?? new Uint8Array())],
      [{ compact: 0, no_peer_id: 1 }, undefined],
    ] as const) {
      const { body } = await ask(port, `/announce?${query(image.infoHash, over)}`);
      const peer = asDictionary(asList(fieldsOf(body).get('peers'))?.[0]);
      expect(asText(peer?.get('ip'))).toBe('127.0.0.1');
      expect(asInteger(peer?.get('port'))).toBe(ORIGIN_PORT);
      const given = asBytes(peer?.get('peer id'));
      expect(given && toLatin1(given)).toBe(id);
    }
  });

  test('a truncated v2 info-hash (BEP 52) is the same swarm', async () => {
    const { port, image } = await rig();
    const other = await peerAt('127.0.0.2');
    await ask(port, `/announce?${query(image.infoHashV2.slice(0, 40), { port: other })}`, {
      from: '127.0.0.2',
    });
    await expect
      .poll(async () => peersOf((await ask(port, `/announce?${query(image.infoHash)}`)).body))
      .toContain(`127.0.0.2:${other}`);
  });

  test('threat row 20: a stranger is handed out only after a dial-back, and not without', async () => {
    const { port, image } = await rig();
    const real = await peerAt('127.0.0.2');
    const asked = `/announce?${query(image.infoHash)}`;
    await ask(port, `/announce?${query(image.infoHash, { port: real })}`, { from: '127.0.0.2' });
    // The victim: something listens there, but it is no peer.
    const victim = createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    victim.listen(0, '127.0.0.3');
    await once(victim, 'listening');
    cleanups.push(() => void victim.close());
    const victimPort = (victim.address() as AddressInfo).port;
    await ask(port, `/announce?${query(image.infoHash, { port: victimPort }, '33')}`, { from: '127.0.0.3' });
    await expect.poll(async () => peersOf((await ask(port, asked)).body)).toContain(`127.0.0.2:${real}`);
    expect(peersOf((await ask(port, asked)).body)).toEqual(
      [`127.0.0.1:${ORIGIN_PORT}`, `127.0.0.2:${real}`].sort(),
    );
  });

  test("threat row 20: the address is the socket's; ip=, ipv4=, ipv6= and X-Forwarded-For of strangers are not read", async () => {
    const { port, image } = await rig();
    const real = await peerAt('127.0.0.2');
    const lies = { port: real, ip: '203.0.113.1', ipv4: '203.0.113.1', ipv6: '2001:db8::1' };
    const headers = { 'x-forwarded-for': '203.0.113.1' };
    await ask(port, `/announce?${query(image.infoHash, lies)}`, { from: '127.0.0.2', headers });
    await expect
      .poll(async () => peersOf((await ask(port, `/announce?${query(image.infoHash)}`)).body))
      .toEqual([`127.0.0.1:${ORIGIN_PORT}`, `127.0.0.2:${real}`].sort());
  });

  test('threat row 20: behind a named proxy the rightmost forwarded address counts', async () => {
    const { port, image } = await rig('127.0.0.1', ['127.0.0.9']);
    const real = await peerAt('127.0.0.2');
    const headers = { 'x-forwarded-for': '203.0.113.1, 127.0.0.2' };
    await ask(port, `/announce?${query(image.infoHash, { port: real })}`, { from: '127.0.0.9', headers });
    await expect
      .poll(async () => peersOf((await ask(port, `/announce?${query(image.infoHash)}`)).body))
      .toContain(`127.0.0.2:${real}`);
    const rubbish = { 'x-forwarded-for': 'unknown' };
    const { body } = await ask(port, `/announce?${query(image.infoHash)}`, {
      from: '127.0.0.9',
      headers: rubbish,
    });
    expect(failureOf(body)).toBe('the address of the request is not known');
  });

  test('an edge of the fleet is handed out at once, under the address its feed advertises, and gone with its feed', async () => {
    const { port, image, registry } = await rig();
    const arrival: EdgeArrival = {
      peerId: '44'.repeat(20) as PeerId,
      name: 'edge',
      url: 'http://127.0.0.4:8081',
      siblingUrl: 'http://127.0.0.4:8081',
      peer: { ip: '127.0.0.44', port: 6882 },
      socketIp: '127.0.0.4',
      applied: 0,
    };
    const hold = registry.join(arrival, performance.now());
    const asked = `/announce?${query(image.infoHash)}`;
    await ask(port, `/announce?${query(image.infoHash, { port: 9 }, '44')}`, { from: '127.0.0.4' });
    expect(peersOf((await ask(port, asked)).body)).toContain('127.0.0.44:6882');
    // Its id is no secret: a stop from elsewhere does not sign it off.
    await ask(port, `/announce?${query(image.infoHash, { event: 'stopped' }, '44')}`, { from: '127.0.0.5' });
    expect(peersOf((await ask(port, asked)).body)).toContain('127.0.0.44:6882');
    if (hold) registry.leave(hold, performance.now());
    expect(peersOf((await ask(port, asked)).body)).toEqual([`127.0.0.1:${ORIGIN_PORT}`]);
  });

  test('an edge may stop one torrent', async () => {
    const { port, image, registry } = await rig();
    const peer = { ip: '127.0.0.4', port: 6882 };
    const edge = {
      name: 'e',
      url: 'http://e',
      siblingUrl: 'http://e',
      peer,
      socketIp: peer.ip,
      applied: 0,
      peerId: '44'.repeat(20) as PeerId,
    };
    registry.join(edge, performance.now());
    await ask(port, `/announce?${query(image.infoHash, {}, '44')}`, { from: '127.0.0.4' });
    await ask(port, `/announce?${query(image.infoHash, { event: 'stopped' }, '44')}`, { from: '127.0.0.4' });
    expect(peersOf((await ask(port, `/announce?${query(image.infoHash)}`)).body)).toHaveLength(1);
  });

  test.runIf(hasIpv6)('IPv6 peers come as peers6 (BEP 7)', async () => {
    const { port, image } = await rig('::1');
    const real = await peerAt('::1');
    const asked = (own: number) => `/announce?${query(image.infoHash, { port: own })}`;
    await ask(port, asked(real), { host: '::1' });
    await expect
      .poll(async () => peersOf((await ask(port, asked(7001), { host: '::1' })).body))
      .toEqual([`six:${ORIGIN_PORT}`, `six:${real}`].sort());
  });

  test('numwant of a million is brought down, 0 gets no peers', async () => {
    const { port, image, registry } = await rig();
    for (let i = 0; i < 80; i++) {
      const peerId = i.toString(16).padStart(2, '0').repeat(20) as PeerId;
      const peer = { ip: `10.0.0.${i + 1}`, port: 6882 };
      registry.join(
        {
          peerId,
          name: 'e',
          url: 'http://e',
          siblingUrl: 'http://e',
          peer,
          socketIp: '127.0.0.4',
          applied: 0,
        },
        Date.now(),
      );
      await ask(port, `/announce?${query(image.infoHash, {}, peerId.slice(0, 2))}`, { from: '127.0.0.4' });
    }
    const million = await ask(port, `/announce?${query(image.infoHash, { numwant: 1_000_000 }, 'ff')}`);
    expect(peersOf(million.body)).toHaveLength(50);
    expect(peersOf(million.body)).toContain(`127.0.0.1:${ORIGIN_PORT}`);
    const none = await ask(port, `/announce?${query(image.infoHash, { numwant: 0 }, 'ff')}`);
    expect(peersOf(none.body)).toEqual([]);
  });

  test('threat row 21: a purged torrent is not tracked any more, and clients are told never to ask again (BEP 31)', async () => {
    const { port, image, fixture } = await rig();
    await fixture.catalog.purgeImages([image.id]);
    const { status, body } = await ask(port, `/announce?${query(image.infoHash)}`);
    expect(status).toBe(200);
    expect(failureOf(body)).toBe('unknown torrent');
    expect(asText(fieldsOf(body).get('retry in'))).toBe('never');
    const goodbye = await ask(port, `/announce?${query(image.infoHash, { event: 'stopped' })}`);
    expect(failureOf(goodbye.body)).toBeUndefined();
  });
});

describe('scrape (BEP 48)', () => {
  test('counts the origin as a seed, by either hash, and leaves unknown torrents out', async () => {
    const { port, image } = await rig();
    await ask(port, `/announce?${query(image.infoHash)}`);
    const hashes = [image.infoHash, image.infoHashV2.slice(0, 40), 'ef'.repeat(20)];
    const { body } = await ask(
      port,
      `/scrape?${hashes.map((hash) => `info_hash=${encodeHexBytes(hash)}`).join('&')}`,
    );
    const files = asDictionary(fieldsOf(body).get('files'));
    expect([...(files?.keys() ?? [])].length).toBe(2);
    const counts = asDictionary(files?.get(toLatin1(fromHex(image.infoHash) ?? new Uint8Array())));
    expect(asInteger(counts?.get('complete'))).toBe(1);
    expect(asInteger(counts?.get('incomplete'))).toBe(1);
  });

  test('a scrape of everything, or of too much, is a failure', async () => {
    const { port, image } = await rig();
    expect(failureOf((await ask(port, '/scrape')).body)).toBeDefined();
    const many = Array.from({ length: 71 }, () => `info_hash=${encodeHexBytes(image.infoHash)}`).join('&');
    expect(failureOf((await ask(port, `/scrape?${many}`)).body)).toBeDefined();
  });
});

describe('what is malformed gets a failure reason, never a crash', () => {
  test.each([
    ['nothing', ''],
    ['no hash', 'peer_id=12345678901234567890&port=1'],
    ['a short hash', 'info_hash=%aa&peer_id=12345678901234567890&port=1'],
    ['port 0', query('ab'.repeat(20), { port: 0 })],
    ['port 65536', query('ab'.repeat(20), { port: 65_536 })],
    ['a port that is no number', query('ab'.repeat(20), { port: '1e3' })],
    ['two hashes', `${query('ab'.repeat(20))}&info_hash=${encodeHexBytes('cd'.repeat(20))}`],
    ['an unknown event', query('ab'.repeat(20), { event: 'exploded' })],
    ['broken percent signs', query('ab'.repeat(20), { port: '%' })],
    ['bencode', 'd1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe'],
    ['a query of 9 KiB', `${query('ab'.repeat(20))}&x=${'x'.repeat(9_000)}`],
    ['an unknown torrent', query('ab'.repeat(20))],
  ])('%s', async (_title, text) => {
    const { port } = await rig();
    const { status, body } = await ask(port, `/announce?${text}`);
    expect(status).toBe(200);
    expect(failureOf(body)).toMatch(/./);
  });

  test("another method is 405, another path is not the tracker's", async () => {
    const { port, image } = await rig();
    expect((await ask(port, `/announce?${query(image.infoHash)}`, { method: 'POST' })).status).toBe(405);
    expect((await ask(port, '/announcement')).status).toBe(404);
    const head = await ask(port, `/announce?${query(image.infoHash)}`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
  });

  test('random queries over one connection', async () => {
    const { port, image } = await rig();
    const seed = randomBytes(4).readUInt32LE();
    const random = seededRandom(seed);
    const good = query(image.infoHash, { compact: 1, numwant: 5, event: 'started' });
    const socket = connect(port, '127.0.0.1');
    cleanups.push(() => void socket.destroy());
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
    const rounds = 2_000;
    for (let round = 0; round < rounds; round++) {
      const characters = [...good];
      for (let changes = 1 + random.integer(6); changes > 0; changes--) {
        const at = random.integer(characters.length);
        characters[at] = '&=%?+0123456789abcxyz'.charAt(random.integer(21)).repeat(random.integer(3));
      }
      socket.write(
        `GET /${random.integer(4) ? 'announce' : 'scrape'}?${characters.join('')} HTTP/1.1\r\nHost: x\r\n\r\n`,
      );
    }
    await expect
      .poll(() => received.split('HTTP/1.1 200 OK').length - 1, { timeout: 20_000, message: `seed ${seed}` })
      .toBe(rounds);
  });
});

test("threat row 22: a million random hashes leave the tracker's memory flat", async () => {
  const { tracker, image } = await rig();
  const announce = (infoHash: string) =>
    tracker.announce(
      {
        infoHash: infoHash as typeof image.infoHash,
        peerId: '11'.repeat(20) as PeerId,
        port: 7000,
        uploadedBytes: 0,
        downloadedBytes: 0,
        leftBytes: 1,
        event: 'started',
        numWant: 50,
        compact: true,
        noPeerId: false,
      },
      '127.0.0.1',
      '127.0.0.1',
    );
  const random = seededRandom(22);
  const hash = () =>
    Array.from({ length: 5 }, () =>
      random
        .integer(2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
  for (let i = 0; i < 10_000; i++) announce(hash());
  const before = process.memoryUsage().heapUsed;
  let known = 0;
  for (let i = 0; i < 1_000_000; i++) if (announce(hash())) known++;
  expect(known).toBe(0);
  expect(tracker.swarmCount).toBe(1);
  expect(tracker.peerCount).toBe(0);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1_048_576);
});
