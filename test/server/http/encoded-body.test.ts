import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { acceptedCoding, EncodedBody } from '../../../server/http/encoded-body.ts';

const TEXT = 'many words, and the same again; '.repeat(100);

it.each([
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1.0, br;q=0', 'gzip'],
  ['BR', 'br'],
  ['gzip;q=0.5', 'gzip'],
  ['br; q=0.000, gzip; q=0', undefined],
  ['identity', undefined],
  ['brotli', undefined],
  ['', undefined],
  [undefined, undefined],
])('RFC 9110 section 12.5.3: %s is answered in %s', (header, coding) => {
  expect(acceptedCoding(header)).toBe(coding);
});

it('each coding gives the same words back, and is made once', async () => {
  const body = new EncodedBody(TEXT);
  const br = await body.for('br');
  expect(brotliDecompressSync(br.bytes).toString()).toBe(TEXT);
  expect(gunzipSync((await body.for('gzip')).bytes).toString()).toBe(TEXT);
  expect((await body.for('br')).bytes).toBe(br.bytes);
  expect(await body.for(undefined)).toEqual({ coding: undefined, bytes: Buffer.from(TEXT) });
});

it('what is small goes out as it is', async () => {
  expect((await new EncodedBody('few words').for('br')).coding).toBeUndefined();
});
