import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { FeedCatalog } from '../../../server/feed/feed-server.ts';
import type { FeedServerFrame } from '../../../shared/api-types/feed.ts';
import { seededRandom } from '../../../shared/random.ts';
import { waitFor } from '../../support/wait-for.ts';
import { Client, endFeeds, ORIGIN_ID, rig } from '../support/feed-rig.ts';

afterEach(endFeeds);

/** What an edge tells now and then. @param applied number of the last entry in effect */
function progressOf(applied: number): string {
  const bytes = { wanted: 0, verified: 0, fromPeers: 0, fromOrigin: 0, uploaded: 0 };
  return JSON.stringify({ type: 'progress', applied, images: { known: 0, complete: 0 }, bytes, peers: 0 });
}

describe('feed: what an edge gets', () => {
  test('welcome, head, fleet, then all entries in order without gaps, then live ones at once', async () => {
    const { fixture, url } = await rig();
    await fixture.publish('a');
    await fixture.publish('b');
    const client = new Client(url);
    await client.hello();
    const welcome = await client.frame('welcome');
    expect(welcome.rootKey).toBe(fixture.catalog.rootKey);
    expect(welcome.peer).toEqual({ peerId: ORIGIN_ID, host: null, port: 6881 });
    const { number } = fixture.catalog.head();
    expect((await client.upTo(number)).map((entry) => entry.number)).toEqual(
      Array.from({ length: number }, (_, index) => index + 1),
    );
    expect(client.frames[0]?.type).toBe('welcome');
    const image = await fixture.publish('c');
    const live = (await client.upTo(number + 1)).at(-1);
    expect(live?.change).toMatchObject({ type: 'publish', image: { id: image.id } });
    await client.until(() => client.heads().find((head) => head.head === number + 1));
    await fixture.catalog.purgeImages([image.id]);
    expect((await client.upTo(number + 2)).at(-1)?.change).toEqual({ type: 'purge', imageId: image.id });
  });

  test('an edge resumes at its last number', async () => {
    const { fixture, url } = await rig();
    for (const name of ['a', 'b', 'c']) await fixture.publish(name);
    const { number } = fixture.catalog.head();
    const client = new Client(url);
    const hash = (await fixture.catalog.hashOfEntry(number - 1)) ?? '';
    await client.hello({ head: { number: number - 1, hash } });
    expect((await client.upTo(number)).map((entry) => entry.number)).toEqual([number]);
  });

  test('batches hold the limits of a frame, and one append is read once for all edges', async () => {
    const { fixture, url } = await rig({ batchEntries: 2, batchBytes: 800 });
    for (let i = 0; i < 7; i++) await fixture.publish(String(i));
    const { number } = fixture.catalog.head();
    const client = new Client(url);
    await client.hello();
    await client.upTo(number);
    const batches = client.frames.filter((frame) => frame.type === 'entries');
    expect(batches.length).toBeGreaterThan(3);
    for (const batch of batches) expect(batch.entries.length).toBeLessThanOrEqual(2);
  });

  test('the signed head beats, says how long it is valid, and follows each append', async () => {
    const { url } = await rig({ headEveryMs: 20, headValidMs: 20_000 });
    const client = new Client(url);
    await client.hello();
    const heads = await client.until(() => (client.heads().length > 2 ? client.heads() : undefined));
    expect(heads[0]?.validMs).toBe(20_000);
    expect(heads[2]?.timeMs).toBeGreaterThan(heads[0]?.timeMs ?? Number.POSITIVE_INFINITY);
  });

  test('fleet frames name the origin and every live edge, and follow who comes and goes', async () => {
    const { url } = await rig({ fleetCoalesceMs: 1 });
    const [one, two] = [new Client(url), new Client(url)];
    await one.hello();
    expect((await one.frame('fleet')).nodes).toContainEqual({
      peerId: ORIGIN_ID,
      host: '127.0.0.1',
      port: 6881,
    });
    await two.hello({ name: 'two', peerId: '22'.repeat(20), peerPort: 7000, advertiseIp: '127.0.0.2' });
    const withTwo = { peerId: '22'.repeat(20), host: '127.0.0.2', port: 7000 };
    const lastFleet = () => one.frames.filter((frame) => frame.type === 'fleet').at(-1)?.nodes ?? [];
    await one.until(() => lastFleet().find((node) => node.peerId === withTwo.peerId));
    expect(lastFleet()).toContainEqual({ ...withTwo, url: 'http://127.0.0.2:8081' });
    two.socket.terminate();
    await one.until(() => (lastFleet().length === 2 ? true : undefined));
  });

  test('progress stands in the edge list; a closed socket is not live at once', async () => {
    const { url, registry, feed } = await rig();
    const client = new Client(url);
    await client.hello({ publicUrl: 'https://edge.example' });
    await client.frame('welcome');
    const bytes = { wanted: 5, verified: 4, fromPeers: 3, fromOrigin: 2, uploaded: 1 };
    client.socket.send(
      JSON.stringify({ type: 'progress', applied: 1, images: { known: 9, complete: 8 }, bytes, peers: 7 }),
    );
    await expect.poll(() => registry.edges(performance.now())[0]?.peers).toBe(7);
    expect(registry.edges(performance.now())).toEqual([
      {
        name: 'one',
        url: 'https://edge.example',
        live: true,
        images: { known: 9, complete: 8 },
        bytes,
        peers: 7,
        logNumber: 1,
      },
    ]);
    client.socket.terminate();
    await expect.poll(() => feed.sockets).toBe(0);
    expect(registry.edges(performance.now())[0]?.live).toBe(false);
  });

  test('an edge that comes back on a new socket takes its seat over from the old one, which is half open', async () => {
    const { url, registry, twins } = await rig({ seatAnswerMs: 50 });
    const old = new Client(url, { autoPong: false });
    await old.hello();
    await old.frame('welcome');
    const next = new Client(url);
    await next.hello();
    await next.frame('welcome');
    await old.closed;
    expect(registry.edges(performance.now())).toMatchObject([{ live: true }]);
    expect(twins).toEqual([]);
  });

  test('an edge that comes back while its old socket is asked, and ends then, need not wait for the answer', async () => {
    const { url } = await rig({ seatAnswerMs: 600_000 });
    const old = new Client(url, { autoPong: false });
    await old.hello();
    await old.frame('welcome');
    const next = new Client(url);
    await next.hello();
    await once(old.socket, 'ping');
    old.socket.terminate();
    await next.frame('welcome');
  });
});

describe('feed: who is refused, and with which code', () => {
  const refusalOf = async (client: Client) => {
    const { code } = await client.frame('refused');
    await client.closed;
    return code;
  };

  test('threat row 30: an edge ahead of the log is refused as feed_ahead', async () => {
    const { url, fixture } = await rig();
    const client = new Client(url);
    await client.hello({ head: { number: fixture.catalog.head().number + 1, hash: 'ab'.repeat(32) } });
    expect(await refusalOf(client)).toBe('feed_ahead');
    expect(client.entries()).toEqual([]);
  });

  test('threat row 29: an edge with another hash at its number is refused as feed_fork', async () => {
    const { url, fixture } = await rig();
    await fixture.publish('a');
    for (const number of [0, 1, fixture.catalog.head().number]) {
      const client = new Client(url);
      await client.hello({ head: { number, hash: 'ab'.repeat(32) } });
      expect(await refusalOf(client)).toBe('feed_fork');
      expect(client.entries()).toEqual([]);
    }
  });

  test('one with the peer id of an edge that answers is refused as feed_seat_taken, and the origin is told once', async () => {
    // However long it takes on a busy machine: the answer decides.
    const { url, registry, twins } = await rig({ seatAnswerMs: 600_000 });
    const first = new Client(url);
    await first.hello();
    await first.frame('welcome');
    for (let time = 0; time < 3; time++) {
      const copy = new Client(url);
      await copy.hello({ name: 'copy' });
      expect(await refusalOf(copy)).toBe('feed_seat_taken');
    }
    expect(first.socket.readyState).toBe(WebSocket.OPEN);
    expect(registry.edges(performance.now())).toMatchObject([{ name: 'one', live: true }]);
    const address = '127.0.0.1';
    expect(twins).toEqual([
      { peerId: '11'.repeat(20), edge: 'one', address, refused: 'copy', refusedAddress: address },
    ]);
    first.socket.terminate();
    await first.closed;
    const copy = new Client(url);
    await copy.hello({ name: 'copy' });
    await copy.frame('welcome');
  });

  test('another version, a missing and a wrong token', async () => {
    const { url, registry } = await rig({}, 'secret');
    const cases = [
      [{ version: 2, fleetToken: 'secret' }, 'feed_version'],
      [{}, 'feed_token_wrong'],
      [{ fleetToken: 'Secret' }, 'feed_token_wrong'],
      [{ fleetToken: '' }, 'feed_token_wrong'],
    ] as const;
    for (const [over, code] of cases) {
      const client = new Client(url);
      await client.hello(over);
      expect(await refusalOf(client)).toBe(code);
    }
    expect(registry.edges(performance.now())).toEqual([]);
    const client = new Client(url);
    await client.hello({ fleetToken: 'secret', advertiseIp: '203.0.113.4' });
    await client.frame('welcome');
    expect(registry.fleet(performance.now())).toMatchObject([{ ip: '203.0.113.4' }]);
  });

  test('threat row 20: without a fleet token nobody can advertise another global address', async () => {
    const { url, registry } = await rig();
    const client = new Client(url);
    await client.hello({ advertiseIp: '203.0.113.4' });
    await client.frame('welcome');
    expect(registry.fleet(performance.now())).toMatchObject([{ ip: '127.0.0.1' }]);
  });

  test('threat row 15: who says nothing, or is silent later, loses the socket', async () => {
    const mute = new Client((await rig({ helloMs: 30 })).url);
    expect(await refusalOf(mute)).toBe('feed_hello_invalid');
    // Its hello may take its time: a busy machine has been seen to be later than those 30 ms.
    const { url, feed } = await rig({ pingEveryMs: 20, silentMs: 80 });
    const deaf = new Client(url, { autoPong: false });
    await deaf.hello();
    await deaf.frame('welcome');
    await deaf.closed;
    await expect.poll(() => feed.sockets).toBe(0);
  });

  test('threat row 15: who answers pings keeps the socket for longer than silence is allowed', async () => {
    const limits = { pingEveryMs: 20, silentMs: 1_000 };
    const { url, feed } = await rig(limits);
    const alive = new Client(url);
    await alive.hello();
    await alive.frame('welcome');
    const pings = (1.2 * limits.silentMs) / limits.pingEveryMs;
    for (let ping = 0; ping < pings; ping++) await once(alive.socket, 'ping');
    expect(feed.sockets).toBe(1);
  });

  test('threat row 15: a reader that takes nothing is dropped, and costs little memory until then', async () => {
    let reads = 0;
    // A log without end, so that no kernel's buffers take it all; more digits than deflate looks back on.
    const bodies = Array.from({ length: 64 }, () => randomBytes(2_000).toString('hex'));
    const endless = (catalog: FeedCatalog): FeedCatalog => ({
      rootKey: catalog.rootKey,
      head: () => ({ number: 1e9, hash: 'ab'.repeat(32) }),
      hashOfEntry: (number) => catalog.hashOfEntry(number),
      entriesAfter: async (_after, limit) => {
        return Array.from({ length: limit }, () => ({ body: bodies[reads++ % 64] ?? '', signature: '' }));
      },
      signHead: (timeMs, validMs) => catalog.signHead(timeMs, validMs),
      onAppend: (listener) => catalog.onAppend(listener),
      torrent: (infoHash) => catalog.torrent(infoHash),
    });
    const { url, feed } = await rig({ drainMs: 200, silentMs: 60_000 }, undefined, endless);
    const slow = new Client(url);
    await once(slow.socket, 'open');
    await slow.hello();
    await slow.frame('welcome');
    // Reading stops below WebSocket, so that the kernel's buffers fill and the origin's sends wait.
    (slow.socket as unknown as { _socket: Socket })._socket.pause();
    await expect.poll(() => feed.sockets, { timeout: 20_000 }).toBe(0);
    expect(reads * 4_000).toBeLessThan(256 * 1_048_576);
  });

  test('sockets are capped in total and per address', async () => {
    const { url } = await rig({ maxSocketsPerIp: 2 });
    const clients = [new Client(url), new Client(url)];
    for (const client of clients) await once(client.socket, 'open');
    const third = new Client(url);
    expect(await refusalOf(third)).toBe('feed_full');
    clients[0]?.socket.terminate();
    await clients[0]?.closed;
    await expect
      .poll(async () => {
        const next = new Client(url);
        await next.hello();
        const frame = await next.until(({ frames }) => frames[0]);
        next.socket.terminate();
        return frame.type;
      })
      .toBe('welcome');
  });

  test('a web page (Origin header) has no business here', async () => {
    const { url } = await rig();
    const page = new Client(url, { origin: 'http://evil.example' });
    expect((await page.closed).code).toBe(1006);
  });

  test('threat row 15: one that asks for heads and reads nothing is owed no more than the backlog, its last question and the fleet', async () => {
    const ASKED = 50_000;
    const { registry, url } = await rig({ framesBurst: 2 * ASKED, silentMs: 600_000, fleetCoalesceMs: 1 });
    const client = new Client(url);
    await client.hello();
    await client.frame('fleet');
    client.socket.pause();
    for (let question = 0; question < ASKED; question++)
      client.socket.send(JSON.stringify({ type: 'askHead', question }));
    client.socket.send(progressOf(7));
    await waitFor(() => expect(registry.edges(Date.now())[0]?.logNumber).toBe(7), { timeout: 30_000 });
    const two = new Client(url);
    await two.hello({ name: 'two', peerId: '22'.repeat(20) });
    // The one it was welcomed with, and the one that all were told.
    await two.until(({ frames }) => frames.filter(({ type }) => type === 'fleet').length > 1 || undefined);
    client.socket.resume();
    const isAnswer = (frame: FeedServerFrame) => frame.type === 'head' && frame.answers !== undefined;
    await client.until(({ frames }) => {
      const last = frames.findLast(isAnswer);
      return (last?.type === 'head' && last.answers === ASKED - 1) || undefined;
    });
    await client.until(({ frames }) => {
      const last = frames.findLast(({ type }) => type === 'fleet');
      return (last?.type === 'fleet' && last.nodes.length === 3) || undefined;
    });
    // What the kernel's buffers held was answered too.
    expect(client.frames.filter(isAnswer).length).toBeLessThan(ASKED);
  });

  test('a flood of frames ends the socket', async () => {
    const { url } = await rig({ framesBurst: 10, framesPerSecond: 1 });
    const client = new Client(url);
    await client.hello();
    for (let i = 0; i < 50; i++) client.socket.send(progressOf(0));
    expect(await refusalOf(client)).toBe('feed_hello_invalid');
  });
});

describe('feed: garbage never takes the origin down', () => {
  test.each([
    ['not JSON', '{'],
    ['JSON of another kind', '[]'],
    ['null', 'null'],
    ['a server frame', '{"type":"welcome"}'],
    ['progress before hello', '{"type":"progress","applied":0}'],
    ['a hello that inherits', '{"__proto__":{"type":"hello"}}'],
    ['deep nesting', '['.repeat(30_000)],
  ])('%s is refused', async (_title, text) => {
    const { url } = await rig();
    const client = new Client(url);
    await once(client.socket, 'open');
    client.socket.send(text);
    expect((await client.frame('refused')).code).toBe('feed_hello_invalid');
  });

  test('threat row 26: more than 64 KiB closes the socket before it is read whole', async () => {
    const { url } = await rig();
    const client = new Client(url);
    await once(client.socket, 'open');
    client.socket.send('x'.repeat(65_537));
    expect((await client.closed).code).toBe(1009);
  });

  test('threat row 15: one whose frame is too long, and that keeps its side open, keeps the socket for no longer than who is refused', async () => {
    const { url, feed } = await rig();
    const client = new Client(url);
    await once(client.socket, 'open');
    const { _socket: socket } = client.socket as unknown as { _socket: Socket };
    client.socket.send('x'.repeat(65_537), () => socket.pause());
    // The WebSocket layer would wait for half a minute.
    await expect.poll(() => feed.sockets, { timeout: 10_000 }).toBe(0);
  });

  test.each([
    ['resets the connection', false],
    ['keeps its side open', true],
  ])(
    'threat row 15: an upgrade that is refused, whose client %s, costs the origin nothing',
    async (_title, stays) => {
      const { url, port } = await rig();
      const faults: unknown[] = [];
      const fault = (error: unknown) => void faults.push(error);
      process.on('uncaughtException', fault);
      onTestFinished(() => void process.off('uncaughtException', fault));
      for (let time = 0; time < 20; time++) {
        const client = connect({ port, host: '127.0.0.1', allowHalfOpen: stays });
        client.on('error', () => undefined);
        const closed = new Promise((resolve) => client.on('close', resolve));
        await once(client, 'connect');
        const head = [
          'GET /feed HTTP/1.1',
          'Host: o',
          'Origin: http://page',
          'Upgrade: websocket',
          'Connection: Upgrade',
        ];
        client.write(`${head.join('\r\n')}\r\n\r\n`, () => stays || client.resetAndDestroy());
        // Whoever stays can write until the other side is closed whole.
        const writing = stays ? setInterval(() => client.write('x'), 10) : undefined;
        await closed;
        clearInterval(writing);
      }
      const client = new Client(url);
      await client.hello();
      await client.frame('welcome');
      expect(faults).toEqual([]);
    },
  );

  test('random frames and random bytes under the WebSocket layer', async () => {
    const { url, port, feed } = await rig();
    const seed = randomBytes(4).readUInt32LE();
    const random = seededRandom(seed);
    try {
      for (let round = 0; round < 60; round++) {
        const client = new Client(url);
        await once(client.socket, 'open');
        if (round % 2 === 0) await client.hello();
        for (let frames = random.integer(5); frames >= 0; frames--) {
          const text = `{"type":"${['hello', 'progress', 'x'][random.integer(3)]}","applied":${random.integer(9)}}`;
          const cut = text.slice(0, random.integer(text.length + 1));
          if (client.socket.readyState === WebSocket.OPEN)
            client.socket.send(random.integer(2) ? cut : Buffer.from(cut));
        }
        client.socket.terminate();
        const raw = connect(port, '127.0.0.1').on('error', () => undefined);
        const key = 'dGhlIHNhbXBsZSBub25jZQ==';
        raw.write(
          `GET /feed HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
        );
        raw.write(Uint8Array.from({ length: random.integer(200) }, () => random.integer(256)));
        raw.end();
        raw.resume();
        await once(raw, 'close');
      }
      await expect.poll(() => feed.sockets, { timeout: 5_000 }).toBe(0);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  });
});
