/** A photo's way through a real fleet, seen at /trace of each node and put together as the swarm page does. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ClockOffset } from '../../shared/trace/clock-offset.ts';
import { TraceMerge } from '../../shared/trace/merge.ts';
import { parseTrace } from '../../shared/trace/parse.ts';
import { Timeline } from '../../shared/trace/timeline.ts';
import { writeTrace } from '../../shared/trace/write.ts';
import { everyEdgeHas, Fleet, PROJECT } from '../support/fleet.ts';
import { askPort } from '../support/http-client.ts';
import { type Watching, watchTrace } from '../support/trace-stream.ts';

const fleet = new Fleet();
afterAll(() => fleet.close());

const PHOTO = 'test/support/photos/seeding_by_Clements_Engelhardt.jpg';
const startedAt = Date.now();

/** As a page does with streams that it has read so far. */
function mergeOf(watched: readonly Watching[]): { merge: TraceMerge; timeline: Timeline } {
  const merge = new TraceMerge(startedAt);
  for (const { reader } of watched) {
    const [log] = reader.logs;
    const clock = new ClockOffset(0);
    const header = log!.header;
    clock.heard(header.wallMs, header.wallMs);
    const source = merge.add();
    merge.begin(source, header, clock.offsetMs);
    merge.append(source, log!.records);
  }
  const { header, records } = parseTrace(writeTrace(merge.header, merge.take(Number.POSITIVE_INFINITY)));
  const timeline = new Timeline(header);
  timeline.append(records);
  return { merge, timeline };
}

it('origin and edges show it as it happens, and together they are one picture', async () => {
  const origin = await fleet.startOrigin();
  const edges = [
    await fleet.startEdge({ name: 'oslo' }),
    await fleet.startEdge({ name: 'riga', flags: ['--workers', '2'] }),
    await fleet.startEdge({ name: 'turin', flags: ['--trace', 'off'] }),
  ];
  const watched = await Promise.all([origin, ...edges.slice(0, 2)].map(({ url }) => watchTrace(url)));
  const hidden = await askPort(Number(new URL(edges[2]!.url).port), '/trace');
  expect([hidden.status, JSON.parse(hidden.body.toString()).code]).toEqual([404, 'trace_off']);
  const product = await fleet.createProduct('Dandelion');
  const image = await fleet.upload(product, new Uint8Array(await readFile(path.join(PROJECT, PHOTO))));
  await everyEdgeHas(edges, 1);
  const bytes = image.renditions.reduce((sum, rendition) => sum + rendition.bytes, 0);
  for (const { until } of watched.slice(1))
    await until('all pieces', ({ records }) => {
      const set = records.find((record) => record.type === 'set');
      const flushed = records.filter(({ type }) => type === 'pieceFlushed').length;
      return set?.type === 'set' && flushed === set.pieceCount;
    });
  const { timeline } = mergeOf(watched);
  const { nodes, sets, ends } = timeline.newest;
  expect(watched.map(({ reader }) => reader.refusedCount)).toEqual([0, 0, 0]);
  expect(nodes.map(({ name, role }) => [name, role]).sort()).toEqual([
    [expect.stringMatching(/^[0-9a-f]{8}$/), 'stranger'],
    ['origin', 'origin'],
    ['oslo', 'edge'],
    ['riga', 'edge'],
  ]);
  expect(sets).toHaveLength(1);
  expect(sets[0]).toMatchObject({ imageId: image.id, infoHash: image.infoHash, bytes });
  for (const node of nodes.filter(({ role }) => role === 'edge')) {
    expect(node.holdings.get(0)?.heldCount, node.name).toBe(sets[0]?.pieceCount);
    expect(node.received.totalBytes + node.webSeedBytes - node.wastedBytes, node.name).toBeGreaterThanOrEqual(
      bytes,
    );
  }
  expect(ends.size).toBeGreaterThanOrEqual(4);
  const text = watched.map(({ reader }) => JSON.stringify(reader.records)).join('');
  expect(text).not.toMatch(/127\.0\.0\.1|token/i);
}, 120_000);

it('a node that stops does not wait for who watches it', async () => {
  const edge = await fleet.startEdge({ name: 'lyon' });
  const watching = await watchTrace(edge.url);
  const ended = new Promise((resolve) => watching.response.once('end', resolve));
  expect(await edge.kill('SIGTERM')).toBe(0);
  await ended;
  expect(watching.response.complete).toBe(true);
}, 60_000);
