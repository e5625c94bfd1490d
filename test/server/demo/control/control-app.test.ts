/** The control of the demo's edges, over HTTP. */
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EDGES_MAX } from '../../../../server/demo/fleet/demo-fleet.ts';
import type { DemoLog } from '../../../../shared/api-types/demo.ts';
import { type AskOptions, type SmallDemo, startSmallDemo } from '../small-fleet.ts';

let demo: SmallDemo;

beforeAll(async () => {
  demo = await startSmallDemo();
  await Promise.all(demo.fleet.add(2).map((edge) => edge.start()));
});
afterAll(() => demo.close());

const act = (name: string, what: string) => demo.ask('POST', `/demo/edges/${name}`, { body: { act: what } });
const codeOf = ({ text }: { readonly text: string }) => (JSON.parse(text) as { code: string }).code;

describe('what is done to edges', () => {
  it('each is listed with address, state, limits and status', async () => {
    const edge = await demo.edge('edge-1');
    expect(edge.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(edge.state).toBe('running');
    expect(edge.limits).toEqual({ upBytesPerSecond: 0, downBytesPerSecond: 0 });
    expect(edge.status?.peers).toBe(3);
  });

  it('one that is stopped ends by itself, one that is started again has its address and data folder', async () => {
    const before = await demo.edge('edge-1');
    expect((await act('edge-1', 'stop')).status).toBe(200);
    await demo.becomes('edge-1', 'stopped');
    expect((await demo.edge('edge-1')).status).toBeNull();
    expect((await act('edge-1', 'start')).status).toBe(200);
    await demo.becomes('edge-1', 'running');
    const after = await demo.edge('edge-1');
    expect(after.url).toBe(before.url);
    expect(after.status).toEqual(before.status);
    expect(demo.unasked).toEqual([]);
  });

  it('one that is killed is gone when the answer comes', async () => {
    const answer = await act('edge-1', 'kill');
    expect(JSON.parse(answer.text)).toMatchObject({ name: 'edge-1', state: 'killed' });
    await act('edge-1', 'start');
    await demo.becomes('edge-1', 'running');
    expect(demo.unasked).toEqual([]);
  });

  it('one that runs is started anew with the limits it is given', async () => {
    const limits = { upBytesPerSecond: 65_536, downBytesPerSecond: 0 };
    const answer = await demo.ask('PUT', '/demo/edges/edge-2/limits', { body: limits });
    expect(JSON.parse(answer.text)).toMatchObject({ state: 'draining', limits });
    await demo.becomes('edge-2', 'running');
    const { status } = await demo.edge('edge-2');
    expect(status).toMatchObject({ flags: expect.stringContaining('--up-rate 65536 --down-rate 0') });
  });

  it('one that does not run has its limits when it is started', async () => {
    await act('edge-2', 'kill');
    const body = { upBytesPerSecond: 0, downBytesPerSecond: 16_384 };
    const answer = await demo.ask('PUT', '/demo/edges/edge-2/limits', { body });
    expect(JSON.parse(answer.text)).toMatchObject({ state: 'killed', limits: body });
    await act('edge-2', 'start');
    await demo.becomes('edge-2', 'running');
    const { status } = await demo.edge('edge-2');
    expect(status).toMatchObject({ flags: expect.stringContaining('--up-rate 0 --down-rate 16384') });
  });

  it('one that ends by itself is told of, and says so', async () => {
    await fetch(`${(await demo.edge('edge-1')).url}/fail`).catch(() => undefined);
    await demo.becomes('edge-1', 'failed');
    expect(demo.unasked).toEqual(['edge-1 3']);
    await act('edge-1', 'start');
    await demo.becomes('edge-1', 'running');
  });

  it('more are added, up to a bound', async () => {
    const answer = await demo.ask('POST', '/demo/edges', { body: { count: 3 } });
    expect(answer.status).toBe(201);
    expect(answer.text).toContain('edge-5');
    await demo.becomes('edge-5', 'running');
    const tooMany = await demo.ask('POST', '/demo/edges', { body: { count: EDGES_MAX - 4 } });
    expect([tooMany.status, codeOf(tooMany)]).toEqual([409, 'demo_fleet_full']);
  });

  it('a start during a start, a stop of one that is stopped: 409', async () => {
    const again = await act('edge-2', 'start');
    expect([again.status, codeOf(again)]).toEqual([409, 'demo_edge_state']);
    await act('edge-3', 'kill');
    for (const what of ['stop', 'kill']) expect((await act('edge-3', what)).status).toBe(409);
  });
});

describe('the log', () => {
  const log = async (from: number) =>
    JSON.parse((await demo.ask('GET', `/demo/edges/edge-2/log?from=${from}`)).text) as DemoLog;

  it('comes as it is, and then only what is new, in whole lines', async () => {
    const first = await log(0);
    expect(first.text).toContain('serves <b>images</b>');
    expect((await log(first.nextByte)).text).toBe('');
    const file = path.join(demo.folder, 'logs', 'edge-2.log');
    appendFileSync(file, 'a line\nhalf');
    const second = await log(first.nextByte);
    expect(second.text).toBe('a line\n');
    appendFileSync(file, ' of it\n');
    expect((await log(second.nextByte)).text).toBe('half of it\n');
  });

  it('a long one is answered from its end, without the line that is cut', async () => {
    const file = path.join(demo.folder, 'logs', 'edge-2.log');
    const long = Array.from({ length: 20_000 }, (_, i) => `line ${i}`).join('\n');
    appendFileSync(file, `${long}\n`);
    const { text } = await log(0);
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text.split('\n')[0]).toMatch(/^line \d+$/);
    expect(text).toMatch(/line 19999\n$/);
  });
});

describe('threat row 54: what is refused', () => {
  const foreign = { origin: 'https://evil.example' };
  const refusals: readonly (readonly [string, string, string, AskOptions, number, string])[] = [
    [
      'another page',
      'POST',
      '/demo/edges',
      { body: { count: 1 }, headers: foreign },
      403,
      'demo_page_refused',
    ],
    [
      'a page of another port',
      'GET',
      '/demo/edges',
      { headers: { origin: 'http://127.0.0.1:3' } },
      403,
      'demo_page_refused',
    ],
    [
      'a page without origin',
      'GET',
      '/demo/edges',
      { headers: { origin: 'null' } },
      403,
      'demo_page_refused',
    ],
    ['its preflight', 'OPTIONS', '/demo/edges', { headers: foreign }, 403, 'demo_page_refused'],
    [
      'a name that was bound anew',
      'GET',
      '/demo/edges',
      { headers: { host: 'evil.example' } },
      403,
      'demo_page_refused',
    ],
    [
      'no JSON',
      'POST',
      '/demo/edges',
      { body: { count: 1 }, headers: { 'content-type': 'text/plain' } },
      400,
      'json_invalid',
    ],
    [
      'a form',
      'POST',
      '/demo/edges/edge-2',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      400,
      'json_invalid',
    ],
    ['no edges', 'POST', '/demo/edges', { body: { count: 0 } }, 422, 'body_invalid'],
    ['half an edge', 'POST', '/demo/edges', { body: { count: 1.5 } }, 422, 'body_invalid'],
    ['another field', 'POST', '/demo/edges', { body: { count: 1, script: '/bin/sh' } }, 422, 'body_invalid'],
    ['an unknown act', 'POST', '/demo/edges/edge-2', { body: { act: 'eat' } }, 422, 'body_invalid'],
    ['an unknown edge', 'POST', '/demo/edges/origin', { body: { act: 'kill' } }, 404, 'demo_edge_unknown'],
    ['a path for a name', 'GET', '/demo/edges/..%2f..%2fadmin-token/log', {}, 404, 'demo_edge_unknown'],
    ['a place that is none', 'GET', '/demo/edges/edge-2/log?from=-1', {}, 400, 'log_place_invalid'],
    [
      'a rate too small',
      'PUT',
      '/demo/edges/edge-2/limits',
      { body: { upBytesPerSecond: 1, downBytesPerSecond: 0 } },
      422,
      'body_invalid',
    ],
    ['a method', 'DELETE', '/demo/edges/edge-2', {}, 405, 'method_not_allowed'],
    ['a path', 'GET', '/demo', {}, 404, 'not_found'],
  ];
  it.each(refusals)('%s', async (_what, method, at, options, status, code) => {
    const answer = await demo.ask(method, at, options);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    expect(answer.headers['cache-control']).toBe('no-store');
    if (status === 403) expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('a change by nobody (no Origin) is refused; reading is for people with curl too', async () => {
    const bare = (method: string) =>
      fetch(`http://127.0.0.1:${demo.port}/demo/edges`, {
        method,
        ...(method === 'POST'
          ? { body: '{"count":1}', headers: { 'content-type': 'application/json' } }
          : {}),
      });
    expect((await bare('POST')).status).toBe(403);
    expect((await bare('GET')).status).toBe(200);
  });

  it('nothing of it was done', async () => {
    expect(demo.fleet.edges).toHaveLength(5);
    expect((await demo.edge('edge-2')).state).toBe('running');
  });

  it.each(['127.0.0.1', 'localhost'])('the page at %s may ask', async (name) => {
    const origin = demo.page.replace('127.0.0.1', name);
    const preflight = await demo.ask('OPTIONS', '/demo/edges', { headers: { origin } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBe(origin);
    expect(preflight.headers['access-control-allow-headers']).toBe('Content-Type');
  });
});
