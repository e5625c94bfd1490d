import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { wholeBody } from '../../../../edge-node/images/whole-body.ts';
import { HttpMetrics, ROUTES } from '../../../../shared/node/http/http-metrics.ts';
import { PlainHistogram } from '../../../../shared/node/http/plain-histogram.ts';
import { registerHttp } from '../../../../shared/node/http/register-http.ts';
import { forRandomInputs } from '../../http/random-inputs.ts';
import { serveImages } from './serve.ts';

async function scrape(metrics: HttpMetrics): Promise<Map<string, number>> {
  const registry = new Registry();
  registerHttp(registry, metrics);
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

const requests = (route: string, status: number) =>
  `shoal_http_requests_total{role="edge",route="${route}",status="${status}"}`;

describe('what is counted', () => {
  test('names, types and help are there before the first request', async () => {
    const registry = new Registry();
    registerHttp(registry, new HttpMetrics('origin'));
    const text = await registry.metrics();
    for (const line of [
      '# TYPE shoal_http_requests_total counter',
      '# TYPE shoal_http_sent_bytes_total counter',
      '# TYPE shoal_http_first_byte_seconds histogram',
      'shoal_http_sent_bytes_total{role="origin",source="peers"} 0',
      'shoal_http_first_byte_seconds_count{role="origin",source="disk"} 0',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text.match(/^# HELP /gm)?.length).toBe(6);
  });

  test('each kind of answer, once per request', async () => {
    const { ask, metrics, source } = await serveImages();
    const { etag } = (await ask('/640.avif')).headers;
    await ask('/640.avif', {}, 'HEAD');
    await ask('/640.avif', { 'if-none-match': etag });
    await ask('/640.avif', { 'if-match': '"x"' });
    await ask('/640.avif', { range: 'bytes=0-0' });
    await ask('/640.avif', { range: 'bytes=9999999-' });
    await ask('/640.avif', {}, 'PURGE');
    await ask('/640.avif', {}, 'OPTIONS');
    await ask('?w=1');
    await ask('/.pad/5');
    await ask('/a/b/c');
    Object.assign(source, { mode: 'swarm', fault: 'unavailable' });
    await ask('/640.avif');
    const counts = await scrape(metrics);
    const expected: [string, number, number][] = [
      ['named', 200, 2],
      ['named', 304, 1],
      ['named', 412, 1],
      ['named', 206, 1],
      ['named', 416, 1],
      ['named', 405, 1],
      ['named', 204, 1],
      ['named', 503, 1],
      ['negotiated', 200, 1],
      ['pad', 200, 1],
      ['image_other', 404, 1],
    ];
    for (const [route, status, count] of expected)
      expect([route, status, counts.get(requests(route, status))]).toEqual([route, status, count]);
    const all = [...counts].filter(([name]) => name.startsWith('shoal_http_requests_total'));
    expect(all.reduce((sum, [, count]) => sum + count, 0)).toBe(12);
  });

  test('bytes are those of content: none for HEAD and 304, the part’s for 206', async () => {
    const { ask, metrics, source } = await serveImages();
    const sent = async () =>
      (await scrape(metrics)).get('shoal_http_sent_bytes_total{role="edge",source="memory"}');
    await ask('/640.avif', {}, 'HEAD');
    await ask('/640.avif', { 'if-none-match': '*' });
    expect(await sent()).toBe(0);
    await ask('/640.avif', { range: 'bytes=10-19' });
    expect(await sent()).toBe(10);
    await ask('/640.avif');
    expect(await sent()).toBe(10 + source.rendition('640.avif').bytes);
  });

  test('what was fetched whole for its reader, and is kept nowhere, is no hit and did not come from disk', async () => {
    const { ask, metrics, source } = await serveImages();
    const whole = source.bytes.get('640.avif') as Uint8Array;
    const tally = { diskBytes: 0, swarmBytes: 0, webSeedBytes: whole.length, comingBytes: 0 };
    source.open = async () => ({ ...wholeBody('swarm', whole), tally });
    const { headers } = await ask('/640.avif');
    expect(headers['cache-status']).toBe(
      `edge-1; fwd=miss; detail="disk=0 swarm=0 web-seed=${whole.length}"`,
    );
    await ask('/640.avif', { range: 'bytes=0-9' });
    const counts = await scrape(metrics);
    const sent = (from: string) => counts.get(`shoal_http_sent_bytes_total{role="edge",source="${from}"}`);
    expect({ disk: sent('disk'), webSeed: sent('web_seed') }).toEqual({
      disk: 0,
      webSeed: whole.length + 10,
    });
    const results = (result: string) =>
      counts.get(`shoal_image_requests_total{role="edge",result="${result}"}`);
    expect({ hit: results('hit'), webSeed: results('web_seed') }).toEqual({ hit: 0, webSeed: 2 });
    expect(counts.get('shoal_http_first_byte_seconds_count{role="edge",source="swarm"}')).toBe(2);
  });

  test('no request can make a new time series: paths and methods are no labels', async () => {
    const { ask, metrics } = await serveImages();
    for (let i = 0; i < 50; i++) await ask(`/${i}.avif?x=${i}`, { accept: `image/x${i}` });
    const series = [...(await scrape(metrics)).keys()].filter((name) =>
      name.startsWith('shoal_http_requests'),
    );
    expect(series).toEqual([requests('named', 404)]);
    expect(ROUTES.length).toBeLessThan(10);
  });
});

describe('the histogram', () => {
  test('buckets are cumulative, a value on a bound counts below it, +Inf is the count', async () => {
    const metrics = new HttpMetrics('edge');
    for (const elapsedMs of [0.05, 0.1, 0.11, 30, 60_000]) metrics.sentWhole('disk', elapsedMs);
    const counts = await scrape(metrics);
    const bucket = (bound: string) =>
      counts.get(`shoal_http_first_byte_seconds_bucket{role="edge",source="disk",le="${bound}"}`);
    expect(['0.0001', '0.00025', '0.025', '0.05', '10', '+Inf'].map(bucket)).toEqual([2, 3, 3, 4, 4, 5]);
    expect(counts.get('shoal_http_first_byte_seconds_count{role="edge",source="disk"}')).toBe(5);
    expect(counts.get('shoal_http_first_byte_seconds_sum{role="edge",source="disk"}')).toBeCloseTo(
      60.03026,
      6,
    );
  });

  test('whatever the row, buckets never fall and end in the count', async () => {
    const rows: Float64Array[] = [];
    forRandomInputs(20, (random) => rows.push(Float64Array.from({ length: 5 }, () => random.integer(1000))));
    for (const row of rows) {
      const registry = new Registry();
      new PlainHistogram('x', 'Help.', [1, 2, 3], () => [{ labels: { a: 'b' }, row }]).register(registry);
      const values = [...(await registry.metrics()).matchAll(/^x_bucket.* (\d+)$/gm)].map(([, value]) =>
        Number(value),
      );
      expect(values.length).toBe(4);
      expect([...values].sort((a, b) => a - b)).toEqual(values);
      expect(values.at(-1)).toBe(row.slice(0, 4).reduce((sum, value) => sum + value, 0));
    }
  });

  test('has a series for each row, with its labels', async () => {
    const registry = new Registry();
    const row = Float64Array.from([1, 0, 2.5]);
    const rows = () => ['b', 'c'].map((a) => ({ labels: { a }, row }));
    new PlainHistogram('x_seconds', 'Help.', [1], rows).register(registry);
    expect(await registry.metrics()).toBe(
      '# HELP x_seconds Help.\n# TYPE x_seconds histogram\n' +
        ['b', 'c']
          .map(
            (a) =>
              `x_seconds_bucket{a="${a}",le="1"} 1\nx_seconds_bucket{a="${a}",le="+Inf"} 1\n` +
              `x_seconds_sum{a="${a}"} 2.5\nx_seconds_count{a="${a}"} 1\n`,
          )
          .join(''),
    );
  });
});
