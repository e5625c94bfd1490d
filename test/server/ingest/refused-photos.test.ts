/** Photos that must not be published: bombs, formats with a history, and damage. Nothing changes on disk. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { avifWithSize, blackPng, losslessWebpWithSize } from '../../support/images.ts';
import { PHOTO_PATH } from '../../support/photos.ts';
import { sharedOrigin } from '../support/shared-origin.ts';
import { createProduct, uploadPhoto } from '../support/upload.ts';

const shared = sharedOrigin();
let productId: string;
let photo: Buffer;

beforeAll(async () => {
  productId = (await createProduct(shared.origin.url)).id;
  photo = await sharp(await readFile(PHOTO_PATH))
    .resize(800)
    .jpeg()
    .toBuffer();
});

async function expectRefused(
  bytes: Uint8Array,
  status: number,
  code: string,
  name = 'photo.jpg',
): Promise<void> {
  const before = await shared.state();
  const answer = await uploadPhoto(shared.origin.url, productId, bytes, { name, type: 'image/jpeg' });
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await shared.state()).toEqual(before);
  expect(shared.origin.faults).toEqual([]);
}

/** Resident memory of all workers, in bytes. */
function workerMemory(): number {
  const pages = shared.origin.ingest
    .workerPids()
    .map((pid) => Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]));
  return pages.reduce((sum, count) => sum + count * 4_096, 0);
}

describe('threat row 32: decompression bombs are refused by their header', () => {
  const small = { create: { width: 64, height: 64, channels: 3 as const, background: 'red' } };

  test('a PNG of 30,000 x 30,000 pixels in 110 KB', async () => {
    const bomb = blackPng(30_000, 30_000);
    expect(bomb.length).toBeLessThan(200_000);
    const before = workerMemory();
    await expectRefused(bomb, 422, 'upload_too_many_pixels', 'bomb.png');
    expect(workerMemory() - before).toBeLessThan(64 * 1_048_576);
  });

  test('a PNG one pixel taller than any rendition can be', async () => {
    await expectRefused(blackPng(10, 16_384), 422, 'upload_too_many_pixels');
  });

  test('a WebP whose header says 16,383 x 16,383', async () => {
    const lossless = await sharp(small).webp({ lossless: true }).toBuffer();
    const before = workerMemory();
    await expectRefused(losslessWebpWithSize(lossless, 16_383, 16_383), 422, 'upload_too_many_pixels');
    expect(workerMemory() - before).toBeLessThan(64 * 1_048_576);
  });

  test('an AVIF whose header says 60,000 x 60,000', async () => {
    const avif = avifWithSize(await sharp(small).avif().toBuffer(), 60_000, 60_000);
    const before = workerMemory();
    await expectRefused(avif, 422, 'upload_too_many_pixels');
    expect(workerMemory() - before).toBeLessThan(64 * 1_048_576);
  });

  test('a PNG of just under 100 megapixels is taken, within the memory limit', async () => {
    const answer = await uploadPhoto(shared.origin.url, productId, blackPng(9_990, 9_990));
    expect(answer.status).toBe(201);
  });
});

describe('threat rows 33 and 35: formats that are not taken are refused by content, whatever the name says', () => {
  const pdf = '%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF';
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"/>';
  const xxe = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>`;
  const texts: readonly (readonly [name: string, bytes: string, code: string])[] = [
    ['SVG', svg, 'upload_type_unsupported'],
    ['SVG with an XML head and an external entity', xxe, 'upload_type_unsupported'],
    ['SVG behind a byte order mark', `\xef\xbb\xbf \n${svg}`, 'upload_type_unsupported'],
    ['PDF', pdf, 'upload_type_unsupported'],
    ['Photoshop document', `8BPS\0\x01${'\0'.repeat(60)}`, 'upload_type_unsupported'],
    ['JPEG XL', '\xff\x0a\xfa\x1f\x01\x90', 'upload_type_unsupported'],
    ['JPEG XL in its container', '\0\0\0\x0cJXL \x0d\x0a\x87\x0a', 'upload_type_unsupported'],
    ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'upload_type_unsupported'],
    ['video', '\0\0\0\x18ftypisom\0\0\0\0isommp42', 'upload_type_unsupported'],
    [
      'ImageMagick script',
      'push graphic-context\nfill \'url(https://example.com/x.jpg"|ls")\'',
      'upload_not_image',
    ],
    ['HTML', '<html><script>alert(1)</script></html>', 'upload_not_image'],
    ['ZIP', 'PK\x03\x04\x14\0\0\0', 'upload_not_image'],
    ['ELF', '\x7fELF\x02\x01\x01', 'upload_not_image'],
    ['empty file', '', 'upload_not_image'],
    ['start of a JPEG marker', '\xff\xd8', 'upload_not_image'],
  ];
  test.each(texts)('%s under .jpg: 415', async (_name, text, code) => {
    await expectRefused(Buffer.from(text, 'latin1'), 415, code);
  });

  test.each(['gif', 'tiff'] as const)('%s under .jpg: 415', async (format) => {
    await expectRefused(await sharp(photo).toFormat(format).toBuffer(), 415, 'upload_type_unsupported');
  });
});

describe('damaged photos are refused', () => {
  test('a JPEG cut at any tenth', async () => {
    for (let tenth = 1; tenth < 10; tenth++)
      await expectRefused(photo.subarray(0, Math.floor((photo.length * tenth) / 10)), 422, 'upload_damaged');
  });

  test('a JPEG that lacks its last 100 bytes', async () => {
    await expectRefused(photo.subarray(0, photo.length - 100), 422, 'upload_damaged');
  });

  test.each(['png', 'webp', 'avif'] as const)('half a %s', async (format) => {
    const bytes = await sharp(photo).resize(300).toFormat(format).toBuffer();
    await expectRefused(bytes.subarray(0, bytes.length / 2), 422, 'upload_damaged');
  });

  test('nothing but the first bytes of each format', async () => {
    const heads = [
      '\xff\xd8\xff\xe0',
      '\x89PNG\r\n\x1a\n',
      'RIFF\x10\0\0\0WEBPVP8 ',
      '\0\0\0\x18ftypavif\0\0\0\0avifmif1',
    ];
    for (const head of heads) await expectRefused(Buffer.from(head, 'latin1'), 422, 'upload_damaged');
  });

  test('after all of these a good photo is still taken', async () => {
    expect((await uploadPhoto(shared.origin.url, productId, photo)).status).toBe(201);
  });
});
