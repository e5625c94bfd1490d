/** The loop is blocked on purpose, with timers that become due meanwhile: what shoppers sent before counts. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../../../support/certificates.ts';
import { readToEnd } from '../../../support/http-client.ts';
import { askSession, openSession } from '../../../support/http2-client.ts';
import { standStill, timersNext } from '../../../support/stand-still.ts';
import { memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const { url } = memorySource().rendition('320.avif');
const LAST = 'Connection: close\r\n\r\n';
const REQUEST = `GET ${url} HTTP/1.1\r\nHost: a\r\n`;
/** Longer than the limits of these servers. */
const STANDSTILL_MS = 1_000;

const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status);

describe('AW1: a standstill of the node costs no shopper an answer', () => {
  test('a header whose rest came meanwhile is answered, not 408', async () => {
    const { dial, server } = await serveImages(memorySource(), { headersTimeoutMs: 500 });
    const [[socket], client] = await Promise.all([once(server.server, 'connection'), dial()]);
    const text = readToEnd(client);
    client.write(REQUEST);
    while (socket.bytesRead === 0) await timersNext();
    client.write(LAST);
    standStill(STANDSTILL_MS);
    expect(statuses(await text)).toEqual(['200']);
  });

  test('a header whose rest comes after a long one is answered, and the next that is late is 408', async () => {
    const { dial, server } = await serveImages(memorySource(), { headersTimeoutMs: 500 });
    const half = async () => {
      const [[socket], client] = await Promise.all([once(server.server, 'connection'), dial()]);
      client.write(REQUEST);
      while (socket.bytesRead === 0) await timersNext();
      return { client, text: readToEnd(client) };
    };
    const late = await half();
    standStill(2_000);
    await timersNext();
    late.client.write(LAST);
    expect(statuses(await late.text)).toEqual(['200']);
    expect(statuses(await (await half()).text)).toEqual(['408']);
  });

  test('a kept connection on which the next request came meanwhile is kept', async () => {
    const { dial } = await serveImages(memorySource(), { keepAliveTimeoutMs: 500 });
    const client = await dial();
    client.write(`${REQUEST}\r\n`);
    await once(client, 'data');
    const text = readToEnd(client);
    await timersNext();
    client.write(REQUEST + LAST);
    // Node adds a second to what it tells.
    standStill(STANDSTILL_MS + 1_000);
    expect(statuses(await text)).toContain('200');
  });

  test('a connection that asked its first question meanwhile is not idle', async () => {
    const { dial, server } = await serveImages(memorySource(), { idleTimeoutMs: 500 });
    const [, client] = await Promise.all([once(server.server, 'connection'), dial()]);
    const text = readToEnd(client);
    await timersNext();
    client.write(REQUEST + LAST);
    standStill(STANDSTILL_MS);
    expect(statuses(await text)).toEqual(['200']);
  });

  test('a session of HTTP/2 that asked meanwhile is not idle', async () => {
    const { certFile, keyFile } = makeCertificate();
    const { server } = await serveImages(memorySource(), {
      idleTimeoutMs: 500,
      tls: { certFile, keyFile },
      http2: true,
    });
    const session = openSession(server.port);
    await once(session, 'remoteSettings');
    const answer = askSession(session, url);
    // The request leaves with the next turn of the loop.
    await new Promise((resolve) => process.nextTick(resolve));
    standStill(STANDSTILL_MS);
    expect((await answer).status).toBe(200);
  });

  test('a thousand connections that come in it wait to be accepted', async () => {
    const { server } = await serveImages();
    const sockets = Array.from({ length: 1_000 }, () => connect(server.port, '127.0.0.1'));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    // They are dialled in the next tick, and the kernel alone takes them.
    await new Promise((resolve) => process.nextTick(resolve));
    const port = server.port.toString(16).toUpperCase().padStart(4, '0');
    const line = new RegExp(`: 0100007F:${port} 00000000:0000 0A [0-9A-F]+:([0-9A-F]+) `);
    const waiting = line.exec(readFileSync('/proc/net/tcp', 'latin1'))?.[1];
    expect(Number.parseInt(waiting ?? '', 16)).toBe(1_000);
  });
});
