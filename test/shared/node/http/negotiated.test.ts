import { describe, expect, test } from 'vitest';
import { forRandomInputs, jumble } from '../../http/random-inputs.ts';
import { IMAGE_ID, memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const CHROME = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
const located = (name: string) => `/images/${IMAGE_ID}/${name}`;

describe('query-args: the words that image services share', () => {
  test.each([
    ['nothing: the default width', '', '640.jpg'],
    ['w snaps to the next larger rung', 'w=321', '640.jpg'],
    ['w that is a rung', 'w=320', '320.jpg'],
    ['w beyond the ladder', 'w=9000', '1280.jpg'],
    ['width', 'width=100', '320.jpg'],
    ['h by the aspect ratio', 'h=213', '320.jpg'],
    ['height', 'height=500', '1280.jpg'],
    ['dpr', 'w=320&dpr=2', '640.jpg'],
    ['fm', 'w=320&fm=webp', '320.webp'],
    ['format', 'w=320&format=avif', '320.avif'],
    ['q changes nothing', 'w=320&q=1', '320.jpg'],
    ['quality changes nothing', 'w=320&quality=100', '320.jpg'],
    ['auto=format,compress', 'w=320&auto=format,compress', '320.jpg'],
    ['fit=crop of w and h', 'w=320&h=600&fit=crop', '1280.jpg'],
    ['fit=max of w and h', 'w=320&h=600&fit=max', '320.jpg'],
    ['preset', 'preset=thumb', '320.jpg'],
  ])('%s: ?%s', async (_title, query, name) => {
    const { ask } = await serveImages();
    const { status, headers } = await ask(`?${query}`, { accept: '*/*' });
    expect([status, headers['content-location']]).toEqual([200, located(name)]);
  });

  test('auto=format follows Accept', async () => {
    const { ask } = await serveImages();
    const { headers } = await ask('?w=320&auto=format&fm=jpg', { accept: CHROME });
    expect(headers['content-location']).toBe(located('320.avif'));
    expect(headers.vary).toBe('Accept');
  });
});

describe('a shopper’s <img> never gets a 400', () => {
  test.each([
    'w=0',
    'w=-1',
    'w=abc',
    'w=',
    'w',
    'w=1e99',
    'w=NaN',
    'w=99999999999999999999',
    'h=0',
    'dpr=0',
    'dpr=1000',
    'fm=exe',
    'fm=__proto__',
    'preset=constructor',
    'q=-5',
    'auto=%00',
    'fit=%',
    '%zz=%zz',
    '&&&===',
    'w=320&w=abc',
    'a[b]=c',
    `x=${'y'.repeat(10_000)}`,
    'k=v&'.repeat(2000),
    '?',
    '#',
    '/../../etc/passwd',
  ])('?%s', async (query) => {
    const { ask } = await serveImages();
    const { status, headers } = await ask(`?${query}`);
    expect(status).toBe(200);
    expect(headers['content-location']).toMatch(/\/(320|640|1280)\.jpg$/);
  });

  test('random queries and Accept fields: one of the published files, and it is named', async () => {
    const { ask, source } = await serveImages(memorySource({ 320: 300, 640: 600 }));
    const pieces = [
      'w=',
      'h=',
      'dpr=',
      'fm=',
      'avif',
      '320',
      '&',
      '=',
      '%',
      '%20',
      '1e3',
      '-',
      '.',
      'auto=format',
    ];
    const accepts = [
      'image/avif',
      'image/webp',
      'image/jpeg',
      '*/*',
      'image/*',
      ';q=',
      '0',
      '1',
      ',',
      '"',
      ' ',
    ];
    const asked: { query: string; accept: string }[] = [];
    forRandomInputs(150, (random) => {
      const plain = (text: string) => text.replace(/[^\x21-\x7e]/g, '');
      asked.push({ query: plain(jumble(random, pieces, 8)), accept: plain(jumble(random, accepts, 6)) });
    });
    for (const { query, accept } of asked) {
      const { status, headers, body } = await ask(`?${query}`, { accept });
      const name = String(headers['content-location']).split('/').at(-1)!;
      expect([query, accept, status, headers.vary]).toEqual([query, accept, 200, 'Accept']);
      expect(body.equals(source.bytes.get(name)!), `${query} ${accept}`).toBe(true);
    }
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
      'Accept',
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
      'Accept',
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
