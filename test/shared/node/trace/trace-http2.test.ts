/** GET /trace of an edge with a certificate: streams of one HTTP/2 session, as a browser opens them. */
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpMetrics } from '../../../../shared/node/http/http-metrics.ts';
import { startHttpServer } from '../../../../shared/node/http/server.ts';
import { createTraceRoute, MAX_WATCHERS } from '../../../../shared/node/trace/trace-route.ts';
import { type WatchedNode, watchLimits } from '../../../../shared/node/trace/trace-watch.ts';
import { Timeline } from '../../../../shared/trace/timeline.ts';
import { makeCertificate } from '../../../support/certificates.ts';
import { askSession, openSession } from '../../../support/http2-client.ts';
import { untilComplete } from '../../../support/swarm-nodes.ts';
import { TraceReader } from '../../../support/trace-stream.ts';
import { PIECE_BYTES, pair, shown } from '../../../support/watched-node.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function serve(watched: WatchedNode, limits = { ...watchLimits, batchMs: 10 }) {
  const route = createTraceRoute(watched, new HttpMetrics('edge'), limits);
  const server = await startHttpServer({
    handler: (req, res) => void (route.handler(req, res) || res.writeHead(404).end()),
    log: silent,
    host: '127.0.0.1',
    port: 0,
    tls: makeCertificate(),
    http2: true,
  });
  onTestFinished(() => server.close(0));
  const session = openSession(server.port);
  onTestFinished(() => session.destroy());
  return { route, session };
}

/** @returns once the node has answered */
async function watch(session: ClientHttp2Session) {
  const stream: ClientHttp2Stream = session.request({ ':path': '/trace' });
  stream.on('error', () => undefined);
  const headers = await new Promise<Record<string, unknown>>((resolve) => stream.once('response', resolve));
  const reader = new TraceReader();
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => reader.feed(text));
  return { stream, headers, reader };
}

describe('GET /trace over HTTP/2', () => {
  it('two who look share a session, and both see the transfer to its last piece', async () => {
    const { leech, metainfo, take } = await pair(60 * PIECE_BYTES);
    const { session } = await serve(shown(leech));
    const watching = [await watch(session), await watch(session)];
    await take();
    for (const { headers, reader } of watching) {
      expect(headers).toMatchObject({ ':status': 200, 'content-type': 'text/event-stream; charset=utf-8' });
      await expect
        .poll(() => reader.records.filter(({ type }) => type === 'pieceFlushed').length, { timeout: 30_000 })
        .toBe(60);
      expect(reader.refusedCount).toBe(0);
      const timeline = new Timeline(reader.logs[0]!.header);
      timeline.append(reader.records);
      expect(timeline.newest.sets[0]).toMatchObject({ infoHash: metainfo.infoHash, pieceCount: 60 });
    }
  });

  it('who closes the stream looks no more, the session stands; a node that drains ends the streams', async () => {
    const { leech } = await pair(PIECE_BYTES);
    const watched = shown(leech);
    const { route, session } = await serve(watched);
    const [one, two] = [await watch(session), await watch(session)];
    expect(watched.looking()).toBe(2);
    one.stream.close();
    await expect.poll(() => watched.looking()).toBe(1);
    const head = await askSession(session, '/trace', {}, 'HEAD');
    expect([head.status, head.body.length]).toEqual([200, 0]);
    const ended = new Promise((resolve) => two.stream.once('end', resolve));
    route.close();
    await ended;
    await expect.poll(() => watched.looking()).toBe(0);
    expect(session.closed).toBe(false);
  });

  it('threat row 53: more than four watchers are refused on one session too', async () => {
    const { leech } = await pair(PIECE_BYTES);
    const { session } = await serve(shown(leech));
    for (let watcher = 0; watcher < MAX_WATCHERS; watcher++) await watch(session);
    const refused = await askSession(session, '/trace');
    expect([refused.status, JSON.parse(refused.body.toString()).code]).toEqual([503, 'trace_busy']);
  });

  it('threat row 53: who takes nothing of his stream loses what waits, is told so, and begins anew', async () => {
    const { leech, metainfo, take } = await pair(400 * PIECE_BYTES);
    const limits = { batchMs: 5, pulseMs: 5, maxWaiting: 200, pauseMs: 0 };
    const { session } = await serve(shown(leech), limits);
    const { stream, reader } = await watch(session);
    stream.pause();
    await take();
    await untilComplete(leech, metainfo.infoHash);
    stream.resume();
    await expect
      .poll(() => reader.logs.some(({ records }) => records.some(({ type }) => type === 'missed')), {
        timeout: 30_000,
      })
      .toBe(true);
    expect(reader.refusedCount).toBe(0);
    expect((await askSession(session, '/trace', {}, 'HEAD')).status).toBe(200);
  });
});
