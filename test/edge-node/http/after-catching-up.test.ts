/** Readers that wait for an edge to catch up with the log, and leave meanwhile. */
import { once } from 'node:events';
import { constants } from 'node:http2';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { CatchUp } from '../../../edge-node/feed/catch-up.ts';
import { afterCatchingUp } from '../../../edge-node/http/after-catching-up.ts';
import { HttpMetrics } from '../../../shared/node/http/http-metrics.ts';
import { ImageReaders } from '../../../shared/node/http/image-readers.ts';
import { createImageRoute } from '../../../shared/node/http/image-route.ts';
import { startHttpServer } from '../../../shared/node/http/server.ts';
import type { TlsFiles } from '../../../shared/node/http/tls-files.ts';
import { memorySource } from '../../shared/node/http/memory-source.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { openSession } from '../../support/http2-client.ts';

async function serveBehind(tls?: TlsFiles) {
  const source = memorySource({ 640: 4 * 2 ** 20 });
  source.mode = 'swarm';
  const metrics = new HttpMetrics('edge');
  const log = { warn: () => undefined, error: () => undefined };
  const readers = new ImageReaders();
  const catchUp = new CatchUp({
    applied: () => 0,
    askHead: () => true,
    now: Date.now,
    sinceBootMs: () => performance.now(),
  });
  onTestFinished(() => catchUp.close());
  const route = createImageRoute({ source, role: 'edge', nodeName: 'edge', readers, metrics, log });
  const handler = afterCatchingUp(route, catchUp, metrics);
  let hasLeft = () => {};
  const left = new Promise<void>((resolve) => {
    hasLeft = resolve;
  });
  let hasAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    hasAsked = resolve;
  });
  const server = await startHttpServer({
    handler: (req, res) => {
      res.once('close', hasLeft);
      handler(req, res);
      hasAsked();
    },
    log,
    host: '127.0.0.1',
    port: 0,
    tls,
    http2: tls !== undefined,
  });
  onTestFinished(() => server.close(0));
  return { source, catchUp, left, asked, port: server.port, path: source.rendition('640.jpg').url };
}

/** What would begin a read runs in the turns right after. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('nothing is read for a client that left, over HTTP/1.1', async () => {
  const { source, catchUp, left, asked, port, path } = await serveBehind();
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await asked;
  socket.resetAndDestroy();
  await left;
  catchUp.head(0, undefined);
  await someTurns();
  expect(source.reads).toEqual([]);
});

test('nothing is read for a client that left, over HTTP/2', async () => {
  const { source, catchUp, left, asked, port, path } = await serveBehind(makeCertificate());
  const session = openSession(port);
  onTestFinished(() => session.destroy());
  const stream = session.request({ ':path': path });
  stream.on('error', () => undefined);
  await asked;
  stream.close(constants.NGHTTP2_CANCEL);
  await left;
  catchUp.head(0, undefined);
  await someTurns();
  expect(source.reads).toEqual([]);
});
