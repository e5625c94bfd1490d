import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DownLimit } from '../../../../shared/node/transport/down-limit.ts';
import type { TcpTransportOptions } from '../../../../shared/node/transport/tcp-options.ts';
import { Inbox, TORRENT } from '../../../contract/link-transport.ts';
import { tcpTransport } from '../../../support/tcp-transport.ts';
import { waitFor } from '../../../support/wait-for.ts';

async function start(options: Partial<TcpTransportOptions> = {}, host = '127.0.0.1') {
  const transport = tcpTransport(options);
  onTestFinished(() => transport.shutdown());
  const inbox = new Inbox(transport);
  return { transport, inbox, port: await transport.listen(host, 0) };
}

/** Connects and stays silent. */
async function idle(port: number, localAddress: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect').catch(() => undefined);
  return socket;
}

describe('TCP links', () => {
  it('an IPv4 address that arrives mapped into IPv6 is told as IPv4', async () => {
    const { inbox, port } = await start({}, '::');
    await idle(port, '127.0.0.3');
    expect((await inbox.first('linkOpened')).address.ip).toBe('127.0.0.3');
  });

  it('dials leave from the local address that was set', async () => {
    const [from, to] = [await start({ localAddress: '127.0.0.9' }), await start()];
    from.transport.dial(TORRENT, { ip: '127.0.0.1', port: to.port });
    expect((await to.inbox.first('linkOpened')).address.ip).toBe('127.0.0.9');
  });

  it('what is no IP address, or no port, is not dialled', async () => {
    const { transport, inbox } = await start();
    const addresses = [
      { ip: 'localhost', port: 80 },
      { ip: '127.0.0.1', port: 0 },
      { ip: '127.0.0.1', port: 65_536 },
      { ip: '127.0.0.1', port: 1.5 },
    ];
    for (const address of addresses) transport.dial(TORRENT, address);
    expect(inbox.of('dialFailed').map(({ address }) => address)).toEqual(addresses);
  });

  it('half-open dials are few at a time; the rest waits its turn and none is lost', async () => {
    const [from, to] = [await start({ maxHalfOpen: 2 }), await start()];
    for (let i = 0; i < 20; i++) from.transport.dial(TORRENT, { ip: '127.0.0.1', port: to.port });
    await waitFor(() => expect(from.inbox.of('linkOpened').length).toBe(20));
  });

  it('a reset is told as closed, with its link', async () => {
    const { inbox, port } = await start();
    const socket = await idle(port, '127.0.0.1');
    const { link } = await inbox.first('linkOpened');
    socket.resetAndDestroy();
    expect(await inbox.first('linkClosed')).toEqual({ type: 'linkClosed', link, reason: 'error' });
  });

  it('back-pressure: what a peer does not read is not told as sent', async () => {
    const { transport, inbox, port } = await start();
    const socket = await idle(port, '127.0.0.1');
    socket.pause();
    const { link } = await inbox.first('linkOpened');
    const block = new Uint8Array(1024 * 1024);
    for (let i = 0; i < 64; i++) transport.send(link, [block]);
    await inbox.first('linkSent');
    expect(inbox.sentBytes(link)).toBeLessThan(64 * block.length);
    socket.resume();
    await waitFor(() => expect(inbox.sentBytes(link)).toBe(64 * block.length));
  });
});

describe('rate limits', () => {
  const RATE = 1_000_000;
  const SIZE = 400_000;

  it.each([
    ['up', { upRateBytesPerSecond: RATE }, {}],
    ['down', {}, { downLimit: new DownLimit(RATE, () => performance.now()) }],
  ] as const)(
    '%s: not faster than allowed over all links together, and no link starves',
    async (_way, sender, receiver) => {
      const [from, to] = [await start(sender), await start(receiver)];
      for (let i = 0; i < 4; i++) from.transport.dial(TORRENT, { ip: '127.0.0.1', port: to.port });
      await waitFor(() => expect(to.inbox.of('linkOpened').length).toBe(4));
      const startMs = performance.now();
      for (const { link } of from.inbox.of('linkOpened'))
        from.transport.send(
          link,
          Array.from({ length: SIZE / 4 / 10_000 }, () => new Uint8Array(10_000)),
        );
      const total = () => to.inbox.of('linkData').reduce((sum, { bytes }) => sum + bytes.length, 0);
      await waitFor(() => expect(total()).toBe(SIZE));
      // A lower bound holds on any machine: the limit, less the burst that is let through at once.
      expect(performance.now() - startMs).toBeGreaterThan(((SIZE - 150_000) / RATE) * 1000);
      const links = to.inbox.of('linkData').map(({ link }) => link);
      const firstHalf = new Set(links.slice(0, Math.ceil(links.length / 2)));
      expect(firstHalf.size, 'links served in the first half').toBeGreaterThan(1);
    },
  );
});

describe('threat row 14: connection exhaustion', () => {
  it('one address gets its share and no more; an accept over the cap is closed at once', async () => {
    const { inbox, port } = await start({ maxLinks: 100, maxLinksPerIp: 5, reservedLinks: 10 });
    const sockets = await Promise.all(Array.from({ length: 20 }, () => idle(port, '127.0.0.2')));
    await waitFor(() => expect(sockets.filter((socket) => socket.destroyed).length).toBe(15));
    expect(inbox.of('linkOpened').length).toBe(5);
    await idle(port, '127.0.0.3');
    await waitFor(() => expect(inbox.of('linkOpened').length).toBe(6));
  });

  it('2,000 idle sockets from many addresses: the fleet still links', async () => {
    const { transport, inbox, port } = await start({
      maxLinks: 1000,
      reservedLinks: 100,
      maxLinksPerIp: 200,
    });
    transport.setFleet(['::ffff:127.0.0.77']);
    const sockets: Socket[] = [];
    for (let ip = 2; ip < 12; ip++)
      sockets.push(...(await Promise.all(Array.from({ length: 200 }, () => idle(port, `127.0.0.${ip}`)))));
    await waitFor(() => expect(sockets.filter((socket) => socket.destroyed).length).toBe(1100));
    expect(inbox.of('linkOpened').length).toBe(900);
    const fleet = tcpTransport({ localAddress: '127.0.0.77' });
    onTestFinished(() => fleet.shutdown());
    const fleetInbox = new Inbox(fleet);
    for (let i = 0; i < 50; i++) fleet.dial(TORRENT, { ip: '127.0.0.1', port });
    await waitFor(() => expect(inbox.of('linkOpened').length).toBe(950));
    expect(fleetInbox.of('linkOpened').length).toBe(50);
    expect(fleetInbox.of('linkClosed')).toEqual([]);
  });

  it('a place that was given up is free again', async () => {
    const { inbox, port } = await start({ maxLinks: 2, reservedLinks: 0, maxLinksPerIp: 2 });
    for (let i = 1; i <= 10; i++) {
      const socket = await idle(port, '127.0.0.2');
      await waitFor(() => expect(inbox.of('linkOpened').length).toBe(i));
      socket.destroy();
      await waitFor(() => expect(inbox.of('linkClosed').length).toBe(i));
    }
  });
});
