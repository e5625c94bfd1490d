import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { getFromTracker } from '../../../shared/node/tracker-client.ts';
import { serveHttp } from '../../support/hostile-http.ts';

const urlOf = (origin: string) => new URL('/announce?info_hash=%01%FF', origin);

describe('the tracker client', () => {
  it('gives the body of a 200 answer, and sends the query as it is', async () => {
    const { origin, requests } = await serveHttp((_request, response) => response.end('d8:intervali5ee'));
    expect(Buffer.from(await getFromTracker(urlOf(origin))).toString()).toBe('d8:intervali5ee');
    expect(requests[0]?.url).toBe('/announce?info_hash=%01%FF');
  });

  it('a tracker that is not there is tracker_unreachable', async () => {
    await expect(getFromTracker(new URL('http://127.0.0.1:1/announce'))).rejects.toMatchObject({
      name: 'PeerError',
      code: 'tracker_unreachable',
    });
  });

  it('threat row 25: a redirect is not followed', async () => {
    const target = await serveHttp((_request, response) => response.end('d8:intervali5ee'));
    const { origin } = await serveHttp((_request, response) => {
      response.writeHead(302, { location: target.origin }).end();
    });
    await expect(getFromTracker(urlOf(origin))).rejects.toMatchObject({ code: 'tracker_status' });
    expect(target.requests).toEqual([]);
  });

  it('threat row 26: a content encoding is refused, and none was asked for', async () => {
    const { origin, requests } = await serveHttp((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(new Uint8Array(1e6)));
    });
    await expect(getFromTracker(urlOf(origin))).rejects.toMatchObject({ code: 'tracker_encoding' });
    expect(requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('threat row 26: an answer above the cap is cut off, told in its head or not', async () => {
    const told = await serveHttp((_request, response) => {
      response.writeHead(200, { 'content-length': '1001' }).end(new Uint8Array(1001));
    });
    const endless = await serveHttp((_request, response) => {
      const more = () => {
        if (!response.destroyed) response.write(new Uint8Array(300), more);
      };
      more();
    });
    for (const { origin } of [told, endless])
      await expect(getFromTracker(urlOf(origin), { maxBytes: 1000 })).rejects.toMatchObject({
        code: 'tracker_too_large',
      });
  });

  it('a tracker that does not answer in time, or never ends, is tracker_timeout', async () => {
    const silent = await serveHttp(() => undefined);
    const dripping = await serveHttp((_request, response) => response.write('d'));
    for (const { origin } of [silent, dripping])
      await expect(getFromTracker(urlOf(origin), { timeoutMs: 50 })).rejects.toMatchObject({
        code: 'tracker_timeout',
      });
  });

  it('an answer that is cut short is no answer', async () => {
    const { origin } = await serveHttp((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('d8:intervali5ee', () => response.destroy());
    });
    await expect(getFromTracker(urlOf(origin))).rejects.toMatchObject({ code: 'tracker_unreachable' });
  });

  it('ends when its signal aborts', async () => {
    const { origin } = await serveHttp(() => undefined);
    const abort = new AbortController();
    const asking = getFromTracker(urlOf(origin), { signal: abort.signal });
    abort.abort();
    await expect(asking).rejects.toMatchObject({ code: 'tracker_timeout' });
  });
});
