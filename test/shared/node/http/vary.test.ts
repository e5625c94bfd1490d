/** What negotiated answers depend on, and that they say so. */
import { describe, expect, test } from 'vitest';
import { IMAGE_ID } from './memory-source.ts';
import { serveImages } from './serve.ts';

const CHROME = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
const SIZED = 'Accept, Save-Data';
const OPEN = `${SIZED}, Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR, Width, Viewport-Width, DPR`;
const located = (name: string) => `/images/${IMAGE_ID}/${name}`;

describe('negotiated', () => {
  test('vary: chosen by Accept, said so in Vary also when JPEG was chosen, with the name in Content-Location', async () => {
    const { ask, source } = await serveImages();
    for (const [accept, name] of [
      [CHROME, '640.avif'],
      ['image/webp,*/*', '640.webp'],
      ['*/*', '640.jpg'],
      ['text/html', '640.jpg'],
    ] as const) {
      const { status, headers, body } = await ask('?w=600', { accept });
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        vary: SIZED,
        'cache-control': 'public, max-age=3600, stale-while-revalidate=86400',
        'content-location': `/images/${IMAGE_ID}/${name}`,
        etag: `"${source.rendition(name).root}"`,
        'content-type': source.rendition(name).type,
      });
      expect(body.equals(source.bytes.get(name)!)).toBe(true);
    }
  });

  test('vary: a 304 has Vary too, and another variant’s tag does not match', async () => {
    const { ask, source } = await serveImages();
    const avif = `"${source.rendition('640.avif').root}"`;
    const same = await ask('', { accept: CHROME, 'if-none-match': avif });
    expect([same.status, same.headers.vary]).toEqual([304, OPEN]);
    expect((await ask('', { accept: '*/*', 'if-none-match': avif })).status).toBe(200);
  });
});

describe('vary: the three classes of Accept (threat row 44)', () => {
  test.each([
    ['vary-normalise-case', 'IMAGE/AVIF', 'avif'],
    ['vary-normalise-order', '*/*;q=0.1, image/webp', 'webp'],
    ['vary-normalise-space', '  image/avif  ;  q=0.5  ', 'avif'],
    ['a refused type', 'image/avif;q=0, image/webp', 'webp'],
    ['everything refused', '*/*;q=0', 'jpg'],
    ['empty', '', 'jpg'],
    ['nonsense', '\xff,,;;=', 'jpg'],
    ['very long', 'image/x,'.repeat(1000), 'jpg'],
  ])('%s', async (_title, accept, extension) => {
    const { ask } = await serveImages();
    const { status, headers } = await ask('', { accept });
    expect([status, headers['content-location'], headers.vary]).toEqual([
      200,
      located(`640.${extension}`),
      OPEN,
    ]);
  });

  test('two Accept lines are one list', async () => {
    const { raw } = await serveImages();
    const answer = await raw(
      `GET /images/${IMAGE_ID} HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nAccept: image/webp\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toContain(`Content-Location: ${located('640.webp')}\r\n`);
  });

  test('HEAD has the fields of GET; ranges and 416 hold for the chosen file', async () => {
    const { ask, source } = await serveImages();
    const fields = { accept: CHROME };
    const { date: _get, ...ofGet } = (await ask('', fields)).headers;
    const { date: _head, ...ofHead } = (await ask('', fields, 'HEAD')).headers;
    expect(ofHead).toEqual(ofGet);
    const size = source.rendition('640.avif').bytes;
    const part = await ask('', { ...fields, range: 'bytes=-4' });
    expect([part.status, part.headers.vary, part.headers['content-range']]).toEqual([
      206,
      OPEN,
      `bytes ${size - 4}-${size - 1}/${size}`,
    ]);
    expect((await ask('', { ...fields, range: `bytes=${size}-` })).headers['content-range']).toBe(
      `bytes */${size}`,
    );
  });

  test('named files do not vary: Accept changes nothing there', async () => {
    const { ask } = await serveImages();
    const { date: _plain, ...plain } = (await ask('/640.jpg')).headers;
    for (const accept of [CHROME, 'image/avif', 'text/html', '*/*;q=0']) {
      const { date: _now, ...headers } = (await ask('/640.jpg', { accept })).headers;
      expect(headers).toEqual(plain);
    }
  });
});

describe('RFC 8942: client hints and Save-Data choose, and Vary names them', () => {
  test.each([
    ['Sec-CH-Width', '', { 'sec-ch-width': '900' }, '1280.jpg', OPEN],
    ['DPR', '', { dpr: '2' }, '1280.jpg', OPEN],
    ['Viewport-Width', '', { 'viewport-width': '300' }, '320.jpg', OPEN],
    ['no hint: Vary all the same (vary-omit)', '', {}, '640.jpg', OPEN],
    ['a size in the address: no hint counts', '?w=320', { dpr: '3', width: '1280' }, '320.jpg', SIZED],
    ['Save-Data', '', { 'save-data': 'on' }, '320.jpg', OPEN],
    ['Save-Data with a size', '?w=1280', { 'save-data': 'on' }, '640.jpg', SIZED],
    ['Save-Data: off', '?w=1280', { 'save-data': 'off' }, '1280.jpg', SIZED],
  ])('%s', async (_title, path, fields, name, vary) => {
    const { ask } = await serveImages();
    const { headers } = await ask(path, fields);
    expect([headers['content-location'], headers.vary]).toEqual([located(name), vary]);
    const again = await ask(path, { ...fields, 'if-none-match': headers.etag });
    expect([again.status, again.headers.vary]).toEqual([304, vary]);
  });

  test('Accept-CH asks for the hints where they count, and nowhere else', async () => {
    const { ask } = await serveImages();
    const asked = 'Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR';
    for (const [path, hints] of [
      ['', asked],
      ['?dpr=2', asked],
      ['?w=5', undefined],
      ['/640.jpg', undefined],
    ] as const)
      expect([path, (await ask(path)).headers['accept-ch']]).toEqual([path, hints]);
  });
});
