import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { endTogether } from '../../../../shared/node/http/end-together.ts';
import { HttpMetrics } from '../../../../shared/node/http/http-metrics.ts';
import { startHttpServer } from '../../../../shared/node/http/server.ts';
import { dialPort, rawExchange } from '../../../support/http-client.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { serveImages } from './serve.ts';

const WHOLE = Buffer.from('whole');
const GET = 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n';
const LAST = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const log = { warn: () => undefined, error: () => undefined };

/** A server whose every answer is ready at once. @param then looks at what has become of it in the same turn */
async function serve(then: (req: IncomingMessage, res: ServerResponse) => void) {
  const metrics = new HttpMetrics('edge');
  const handler = (req: IncomingMessage, res: ServerResponse): void => {
    const exchange = { req, res, route: 'named' as const, startedMs: performance.now(), metrics, log };
    res.writeHead(200, { 'Content-Length': WHOLE.length });
    endTogether({ exchange, source: 'memory', whole: WHOLE });
    then(req, res);
  };
  const server = await startHttpServer({ handler, log, host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close(0));
  return { port: server.port, metrics };
}

const countOf = (metrics: HttpMetrics) =>
  metrics.firstByteRows().reduce((sum, { row }) => sum + row.slice(0, -1).reduce((a, b) => a + b), 0);

describe('answers that are ready in one turn', () => {
  test('leave at its end, and are counted then', async () => {
    const seen: boolean[] = [];
    const { port, metrics } = await serve((_req, res) => {
      seen.push(res.writableEnded, countOf(metrics) > 0);
      void setImmediate().then(() => seen.push(res.writableEnded));
    });
    const socket = await dialPort(port);
    socket.write(GET);
    const [answer] = await once(socket, 'data');
    socket.destroy();
    expect(String(answer)).toMatch(/whole$/);
    await waitFor(() => expect(seen).toEqual([false, false, true]));
    expect(countOf(metrics)).toBe(1);
  });

  test('behind another of its connection an answer waits in node:http, which so knows when to read no more', async () => {
    const ended: boolean[] = [];
    const { port } = await serve((_req, res) => ended.push(res.writableEnded));
    const answers = await rawExchange(port, GET + GET + LAST);
    expect(answers.match(/\r\n\r\nwhole/g)).toHaveLength(3);
    expect(ended).toEqual([false, true, true]);
  });

  test('one that is cut off before it leaves takes no other with it', async () => {
    let asked = 0;
    const { port } = await serve((req) => {
      if (asked++ === 0) req.socket.resetAndDestroy();
    });
    expect(await rawExchange(port, GET)).toBe('');
    expect(await rawExchange(port, LAST)).toMatch(/whole$/);
  });
});

test('a sound request is answered though what stands behind it in its packet is none', async () => {
  const { raw, source } = await serveImages();
  const { url, bytes } = source.rendition('320.avif');
  const answer = await raw(`GET ${url} HTTP/1.1\r\nHost: a\r\n\r\n\x16\x03\x01 no request\r\n\r\n`);
  expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toHaveLength(bytes);
});
