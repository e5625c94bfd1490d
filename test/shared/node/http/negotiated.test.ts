import { describe, expect, test } from 'vitest';
import { forRandomInputs, jumble } from '../../http/random-inputs.ts';
import { IMAGE_ID, memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const CHROME = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
const SIZED = 'Accept, Save-Data';
const OPEN = `${SIZED}, Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR, Width, Viewport-Width, DPR`;
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
    expect(headers.vary).toBe(SIZED);
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
      expect([query, accept, status]).toEqual([query, accept, 200]);
      expect([SIZED, OPEN]).toContain(headers.vary);
      expect(body.equals(source.bytes.get(name)!), `${query} ${accept}`).toBe(true);
    }
  });
});
