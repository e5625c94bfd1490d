import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpMetrics } from '../../../../shared/node/http/http-metrics.ts';
import { createTraceRoute, MAX_WATCHERS } from '../../../../shared/node/trace/trace-route.ts';
import { TraceWatch, type WatchedNode, watchLimits } from '../../../../shared/node/trace/trace-watch.ts';
import { PIECE } from '../../../../shared/trace/picture.ts';
import { Timeline } from '../../../../shared/trace/timeline.ts';
import { askPort } from '../../../support/http-client.ts';
import { makeRandomTorrent } from '../../../support/random-torrent.ts';
import { SEED, startNode, untilComplete } from '../../../support/swarm-nodes.ts';
import { tempDirectory } from '../../../support/temp-directory.ts';
import { TraceReader, watchTrace } from '../../../support/trace-stream.ts';
import { PIECE_BYTES, pair, shown } from '../../../support/watched-node.ts';

async function serve(watched: WatchedNode | undefined) {
  const route = createTraceRoute(watched, new HttpMetrics('edge'), { ...watchLimits, batchMs: 10 });
  const server = createServer((req, res) => void (route.handler(req, res) || res.writeHead(404).end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { route, port, url: `http://127.0.0.1:${port}` };
}

describe('GET /trace', () => {
  it('shows a transfer from its first message to its last piece, in a log without a wrong line', async () => {
    const { leech, metainfo, take } = await pair(60 * PIECE_BYTES);
    const { url } = await serve(shown(leech));
    const { response, reader, until } = await watchTrace(url);
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
    });
    await take();
    await until(
      '60 pieces on disk',
      ({ records }) => records.filter(({ type }) => type === 'pieceFlushed').length === 60,
    );
    expect(reader.refusedCount).toBe(0);
    const [log] = reader.logs;
    expect(log?.header).toMatchObject({ source: 'live', seed: 0 });
    expect(Math.abs((log?.header.wallMs ?? 0) - Date.now())).toBeLessThan(60_000);
    const timeline = new Timeline(log!.header);
    timeline.append(reader.records);
    const [self, other] = timeline.newest.nodes;
    expect(self).toMatchObject({
      name: 'berlin',
      role: 'edge',
      peerId: leech.peerId,
      downBytesPerSecond: 1_000_000,
    });
    expect(other?.role).toBe('stranger');
    expect(timeline.newest.sets[0]).toMatchObject({ infoHash: metainfo.infoHash, pieceCount: 60 });
    expect(self?.received.totalBytes).toBe(60 * PIECE_BYTES);
    expect(JSON.stringify(reader.records)).not.toContain('127.0.0.1');
  });

  it('begins with how things stand, for whoever comes later too', async () => {
    const { seed, leech, metainfo, take } = await pair(60 * PIECE_BYTES);
    await take();
    await untilComplete(leech, metainfo.infoHash);
    const { url } = await serve(shown(seed));
    for (let i = 0; i < 2; i++) {
      const { reader, until } = await watchTrace(url);
      await until('its clock', ({ records }) => records.some(({ type }) => type === 'clock'));
      expect(reader.refusedCount).toBe(0);
      const timeline = new Timeline(reader.logs[0]!.header);
      timeline.append(reader.records);
      const { nodes, ends } = timeline.newest;
      // Of a set that is quiet by now nothing is told; of one that is not, all.
      for (const holding of nodes[0]?.holdings.values() ?? [])
        expect([...holding.pieces].every((piece) => piece === PIECE.flushed)).toBe(true);
      expect([...ends.values()].map(({ isReady }) => isReady)).toEqual([true]);
    }
  });

  it('nobody who looks costs the node nothing: the last one who leaves turns the trace off', async () => {
    const { leech } = await pair(PIECE_BYTES);
    const watched = shown(leech);
    const { route, url } = await serve(watched);
    expect(watched.looking()).toBe(0);
    const watching = await Promise.all([watchTrace(url), watchTrace(url)]);
    expect(watched.looking()).toBe(2);
    const ended = watching.map(({ response }) => new Promise((resolve) => response.once('close', resolve)));
    route.close();
    await Promise.all(ended);
    expect(watched.looking()).toBe(0);
  });

  it('HEAD tells that it is there, other methods are refused, and a node may show nothing', async () => {
    const { leech } = await pair(PIECE_BYTES);
    const watched = shown(leech);
    const { port } = await serve(watched);
    const head = await askPort(port, '/trace', {}, 'HEAD');
    expect([head.status, head.body.length, watched.looking()]).toEqual([200, 0, 0]);
    const posted = await askPort(port, '/trace', {}, 'POST');
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD']);
    const off = await serve(undefined);
    const refused = await askPort(off.port, '/trace');
    expect([refused.status, JSON.parse(refused.body.toString()).code]).toEqual([404, 'trace_off']);
  });
});

describe('threats', () => {
  it('threat row 53: more than four watchers are refused, and there is room again when one leaves', async () => {
    const { leech } = await pair(PIECE_BYTES);
    const watched = shown(leech);
    const { url, port } = await serve(watched);
    const watching = await Promise.all(Array.from({ length: MAX_WATCHERS }, () => watchTrace(url)));
    const refused = await askPort(port, '/trace');
    expect([refused.status, JSON.parse(refused.body.toString()).code]).toEqual([503, 'trace_busy']);
    expect(refused.headers['retry-after']).toBe('10');
    expect(watched.looking()).toBe(MAX_WATCHERS);
    watching[0]?.close();
    let again = await watchTrace(url);
    while (again.response.statusCode === 503) again = await watchTrace(url);
    expect(again.response.statusCode).toBe(200);
  });

  it('threat row 53: who takes nothing loses what waits, is told so, and begins anew with how things stand', async () => {
    const { leech, metainfo, take } = await pair(400 * PIECE_BYTES);
    const watched = shown(leech);
    const reader = new TraceReader();
    let isTaking = false;
    const sink = {
      write: (lines: string, isNew: boolean) => {
        reader.take(lines, isNew);
        return isTaking;
      },
    };
    const limits = { batchMs: 5, pulseMs: 5, maxWaiting: 200, pauseMs: 0 };
    const watch = new TraceWatch(watched, sink, limits);
    onTestFinished(() => watch.close());
    await take();
    await untilComplete(leech, metainfo.infoHash);
    // Its first batch was written before it was known to be slow; then it lost everything, and costs nothing.
    expect(reader.logs).toHaveLength(1);
    expect(watched.looking()).toBe(0);
    isTaking = true;
    watch.drained();
    // Pieces are still being written: that may be too much for so small a limit once more.
    await expect.poll(() => reader.logs.length).toBeGreaterThan(1);
    const missed = reader.logs[1]?.records.find((record) => record.type === 'missed');
    expect(missed?.type === 'missed' && missed.count).toBeGreaterThan(200);
    expect(reader.refusedCount).toBe(0);
    await expect.poll(() => watched.looking()).toBe(1);
  });

  it('threat row 53: how things stand is told whole, however much that is; who leaves is looked for no more', async () => {
    const node = await startNode(join(tempDirectory(), 'node'));
    for (let i = 0; i < 5; i++) {
      const { metainfo } = await makeRandomTorrent(tempDirectory(), [PIECE_BYTES + i]);
      await node.swarm.addTorrent(metainfo, SEED);
    }
    const watched = shown(node);
    const reader = new TraceReader();
    const sink = {
      write: (lines: string, isNew: boolean) => {
        reader.take(lines, isNew);
        return true;
      },
    };
    // Five sets that the node wants are ten records, besides itself.
    const watch = new TraceWatch(watched, sink, { batchMs: 5, pulseMs: 5, maxWaiting: 4, pauseMs: 0 });
    try {
      await expect.poll(() => reader.records.filter(({ type }) => type === 'joined').length).toBe(5);
      expect(reader.logs).toHaveLength(1);
    } finally {
      watch.close();
    }
    expect(watched.looking()).toBe(0);
  });
});
