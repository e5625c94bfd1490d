import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../../../support/certificates.ts';
import { readToEnd } from '../../../support/http-client.ts';
import { askSession, openSession } from '../../../support/http2-client.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { IMAGE_ID, memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const PATH = `/images/${IMAGE_ID}/640.avif`;

async function serveSecurely(more: Parameters<typeof serveImages>[1] = {}, source = memorySource()) {
  const tls = makeCertificate();
  return { tls, ...(await serveImages(source, { tls, http2: true, ...more })) };
}

function handshake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () =>
      resolve(socket),
    );
    socket.once('error', reject);
    onTestFinished(() => void socket.destroy());
  });
}

function session(port: number) {
  const opened = openSession(port);
  onTestFinished(() => opened.destroy());
  return opened;
}

test('a client whose request and last word come together is answered', async () => {
  const { server, source } = await serveSecurely();
  const socket = await handshake(server.port);
  const whole = readToEnd(socket);
  socket.end(`GET ${PATH} HTTP/1.1\r\nHost: a\r\n\r\n`);
  const answer = await whole;
  expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toHaveLength(source.rendition('640.avif').bytes);
});

describe('the handshake', () => {
  test('ALPN: HTTP/2 and HTTP/1.1 are offered where HTTP/2 is on, HTTP/1.1 alone elsewhere', async () => {
    const { server } = await serveSecurely();
    for (const ALPNProtocols of [['h2', 'http/1.1'], ['http/1.1']])
      expect((await handshake(server.port, { ALPNProtocols })).alpnProtocol).toBe(ALPNProtocols[0]);
    const { server: plain } = await serveSecurely({ http2: false });
    const ALPNProtocols = ['h2', 'http/1.1'];
    expect((await handshake(plain.port, { ALPNProtocols })).alpnProtocol).toBe('http/1.1');
  });

  test('RFC 9325 section 3.1.1: nothing below TLS 1.2', async () => {
    const { server } = await serveSecurely();
    const old: ConnectionOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };
    await expect(handshake(server.port, old)).rejects.toThrow();
    expect((await handshake(server.port, { maxVersion: 'TLSv1.2' })).getProtocol()).toBe('TLSv1.2');
  });

  test('a certificate that is renewed is used from the next handshake on; what stands goes on', async () => {
    const { server, tls } = await serveSecurely();
    const standing = session(server.port);
    expect((await askSession(standing, PATH)).status).toBe(200);
    const subject = async () => (await handshake(server.port)).getPeerCertificate().subject.CN;
    expect(await subject()).toBe('localhost');
    const next = makeCertificate('renewed');
    // The certificate alone is no pair with the old key: the old pair stays.
    writeFileSync(tls.certFile, readFileSync(next.certFile));
    process.emit('SIGHUP');
    expect(await subject()).toBe('localhost');
    writeFileSync(tls.keyFile, readFileSync(next.keyFile));
    process.emit('SIGHUP');
    await waitFor(async () => expect(await subject()).toBe('renewed'), { timeout: 10_000 });
    expect((await askSession(standing, PATH)).status).toBe(200);
  });
});

describe('HTTP/1.1 over TLS', () => {
  test('the same answers, by the same server', async () => {
    const { server, source } = await serveSecurely();
    const body = await new Promise<Buffer>((resolve, reject) => {
      const asked = request(
        { port: server.port, host: '127.0.0.1', path: PATH, rejectUnauthorized: false, agent: false },
        (res) => {
          const chunks: Buffer[] = [];
          res.on('data', (chunk: Buffer) => chunks.push(chunk));
          res.on('end', () => resolve(Buffer.concat(chunks)));
        },
      );
      asked.on('error', reject);
      asked.end();
    });
    expect(body.equals(source.bytes.get('640.avif')!)).toBe(true);
  });

  test('no HSTS; the connection ends when its reader asks so', async () => {
    const { server } = await serveSecurely();
    const socket = await handshake(server.port);
    const answer = readToEnd(socket);
    socket.write(`GET ${PATH} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    const text = await answer;
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text).not.toMatch(/strict-transport-security/i);
  });
});

describe('HTTP/2', () => {
  test('a page of images over one session, all at once, each with its own bytes', async () => {
    const { server, source } = await serveSecurely();
    const page = session(server.port);
    const names = Array.from({ length: 90 }, (_, i) => [...source.bytes.keys()][i % source.bytes.size]!);
    const answers = await Promise.all(names.map((name) => askSession(page, `/images/${IMAGE_ID}/${name}`)));
    answers.forEach(({ status, body, complete }, i) => {
      expect([status, complete]).toEqual([200, true]);
      expect(body.equals(source.bytes.get(names[i]!)!)).toBe(true);
    });
  });

  test('RFC 9113 section 8.2.2: no field of the connection is sent', async () => {
    const { server } = await serveSecurely();
    const { headers } = await askSession(session(server.port), PATH);
    for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection'])
      expect(headers[name], name).toBeUndefined();
    expect(Date.parse(headers.date!)).toBeGreaterThan(0);
  });

  test('bytes that arrive are streamed; an answer that is cut short is a reset, not an end', async () => {
    const source = memorySource();
    const { server } = await serveSecurely({}, source);
    const asking = session(server.port);
    source.mode = 'swarm';
    const whole = await askSession(asking, PATH);
    expect([whole.status, whole.complete, whole.body.equals(source.bytes.get('640.avif')!)]).toEqual([
      200,
      true,
      true,
    ]);
    Object.assign(source, { fault: 'unavailable', blocksBeforeFault: 1 });
    const cut = await askSession(asking, PATH);
    expect([cut.status, cut.complete]).toEqual([200, false]);
  });

  test('a client that leaves ends the read', async () => {
    const source = memorySource();
    const { server } = await serveSecurely({}, source);
    Object.assign(source, { mode: 'swarm', fault: 'stall' });
    const stream = session(server.port).request({ ':path': PATH });
    stream.on('error', () => undefined);
    await waitFor(() => expect(source.reads.length).toBe(1));
    stream.close(8);
    await waitFor(() => expect(source.reads[0]).toMatchObject({ ended: true, aborted: true }));
  });

  test('a purge resets the connection that is sent the image', async () => {
    const { server, readers } = await serveSecurely();
    const asking = session(server.port);
    expect((await askSession(asking, PATH)).status).toBe(200);
    const closed = new Promise((resolve) => asking.once('close', resolve));
    readers.cut(IMAGE_ID);
    await closed;
    const other = await handshake(server.port);
    other.on('error', () => undefined);
    const ended = readToEnd(other);
    other.write(`GET ${PATH} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await new Promise((resolve) => other.once('data', resolve));
    readers.cut(IMAGE_ID);
    await ended;
  });

  test('a server that ends lets running answers end, and sessions with them', async () => {
    const source = memorySource();
    const { server } = await serveSecurely({}, source);
    const asking = session(server.port);
    expect((await askSession(asking, PATH)).status).toBe(200);
    const idle = session(server.port);
    await new Promise((resolve) => idle.once('connect', resolve));
    await handshake(server.port);
    source.mode = 'swarm';
    const last = askSession(asking, PATH);
    await waitFor(() => expect(source.reads.length).toBe(1), { interval: 1 });
    await server.close(1_000);
    expect((await last).complete).toBe(true);
  });
});
