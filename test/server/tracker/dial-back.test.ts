import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { DialBack } from '../../../server/tracker/dial-back.ts';
import type { InfoHash, PeerId } from '../../../shared/units.ts';
import { encodeHandshake, HandshakeReader } from '../../../shared/wire/handshake.ts';

const HASH = 'ab'.repeat(20) as InfoHash;
const OTHER = 'cd'.repeat(20) as InfoHash;
const PEER = '11'.repeat(20) as PeerId;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

/** A listener that does what the test says with each connection. */
async function listener(
  talk: (socket: Socket) => void,
  ip = '127.0.0.1',
): Promise<{ server: Server; port: number; accepted: Socket[] }> {
  const accepted: Socket[] = [];
  const server = createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, ip, resolve));
  cleanups.push(() => {
    server.close();
    for (const socket of accepted) socket.destroy();
  });
  return { server, port: (server.address() as AddressInfo).port, accepted };
}

/** Answers a handshake with the given info-hash, byte by byte if asked. */
const answering =
  (infoHash: InfoHash, bytewise = false) =>
  (socket: Socket) => {
    const reader = new HandshakeReader();
    socket.on('data', (bytes) => {
      if (!reader.feed(bytes)) return;
      const answer = encodeHandshake({ infoHash, peerId: PEER, fast: false, extended: true, v2: false });
      if (bytewise) for (const byte of answer) socket.write(Uint8Array.of(byte));
      else socket.write(answer);
    });
  };

function dialBack(limits = {}): DialBack {
  const dialer = new DialBack(limits);
  cleanups.push(() => dialer.close());
  return dialer;
}

/** Resolves true when reached; false when the dialer has come to rest without it. */
function outcome(dialer: DialBack, port: number, infoHash = HASH): Promise<boolean> {
  return new Promise((resolve) => {
    let reached = false;
    dialer.check({ ip: '127.0.0.1', port }, infoHash, () => {
      reached = true;
      resolve(true);
    });
    const poll = setInterval(() => {
      if (dialer.active > 0) return;
      clearInterval(poll);
      resolve(reached);
    }, 5);
  });
}

describe('threat row 20: dial-back before a stranger is handed out', () => {
  test('a peer that answers with the same info-hash is reached, also byte by byte', async () => {
    const whole = await listener(answering(HASH));
    const slow = await listener(answering(HASH, true));
    expect(await outcome(dialBack(), whole.port)).toBe(true);
    expect(await outcome(dialBack(), slow.port)).toBe(true);
  });

  test.each([
    ['another info-hash', answering(OTHER)],
    ['HTTP', (socket: Socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'.padEnd(100))],
    ['nothing', () => undefined],
    ['a reset', (socket: Socket) => void socket.resetAndDestroy()],
    ['half a handshake', (socket: Socket) => void socket.end('\x13BitTorrent protocol')],
  ])('a port that answers with %s is not', async (_title, talk) => {
    const { port } = await listener(talk);
    expect(await outcome(dialBack({ timeoutMs: 200 }), port)).toBe(false);
  });

  test('threat row 26: a port that answers with megabytes is cut off after 68 bytes of handshake', async () => {
    let written = 0;
    const { port, accepted } = await listener((socket) => {
      const flood = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 0x13))) written += 65_536;
        if (!socket.destroyed) socket.once('drain', flood);
      };
      flood();
    });
    expect(await outcome(dialBack(), port)).toBe(false);
    await expect.poll(() => accepted[0]?.destroyed).toBe(true);
    expect(written).toBeLessThan(64 * 1_048_576);
  });

  test('a closed port is not, and is not dialled again at once', async () => {
    const { port, server, accepted } = await listener(answering(HASH));
    server.close();
    const dialer = dialBack();
    expect(await outcome(dialer, port)).toBe(false);
    const again = await listener(answering(HASH));
    expect(again.accepted).toHaveLength(0);
    expect(await outcome(dialer, port)).toBe(false);
    expect(accepted).toHaveLength(0);
  });

  test('a flood of announces dials each address once, and holds the caps', async () => {
    const { port, accepted } = await listener(() => undefined);
    const dialer = dialBack({ timeoutMs: 60_000, maxActive: 3, maxActivePerIp: 2, maxWaiting: 4 });
    for (let i = 0; i < 1_000; i++) dialer.check({ ip: '127.0.0.1', port }, HASH, () => undefined);
    expect(dialer.active).toBe(1);
    for (let i = 0; i < 1_000; i++)
      dialer.check({ ip: '127.0.0.1', port }, i.toString(16).padStart(40, '0') as InfoHash, () => undefined);
    expect(dialer.active).toBe(2);
    for (let i = 0; i < 1_000; i++) dialer.check({ ip: `127.0.1.${i % 250}`, port }, HASH, () => undefined);
    expect(dialer.active).toBe(3);
    dialer.close();
    expect(accepted.length).toBeLessThanOrEqual(3);
  });

  test('a flood from one address keeps no other out of the line', async () => {
    const silent = await listener(() => undefined);
    const peer = await listener(answering(HASH), '127.0.0.2');
    const dialer = dialBack({ timeoutMs: 60_000, maxActivePerIp: 1, maxWaiting: 4 });
    const flood = () => {
      for (let i = 0; i < 100; i++)
        dialer.check(
          { ip: '127.0.0.1', port: silent.port },
          i.toString(16).padStart(40, '0') as InfoHash,
          () => undefined,
        );
    };
    flood();
    const reached = new Promise<void>((resolve) =>
      dialer.check({ ip: '127.0.0.2', port: peer.port }, HASH, resolve),
    );
    flood();
    await reached;
  });

  test('what waits is dialled when a slot is free', async () => {
    const { port, accepted } = await listener((socket) => {
      const reader = new HandshakeReader();
      socket.on('data', (bytes) => {
        const asked = reader.feed(bytes)?.handshake;
        if (asked) socket.write(encodeHandshake({ ...asked, peerId: PEER }));
      });
    });
    const dialer = dialBack({ maxActive: 1 });
    const hashes = [1, 2, 3, 4].map((number) => String(number).repeat(40) as InfoHash);
    const reached = hashes.map(
      (hash) => new Promise<void>((resolve) => dialer.check({ ip: '127.0.0.1', port }, hash, resolve)),
    );
    await Promise.all(reached);
    expect(accepted).toHaveLength(4);
  });
});
