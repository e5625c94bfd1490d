/** What a photo tells beside its pixels must not reach a shopper, and its pixels must stay right. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Image } from '../../../shared/api-types/catalog.ts';
import { exifBlock, jpegMarkers, webpChunks, withJpegSegments, withPngChunks } from '../../support/images.ts';
import { PHOTO_PATH } from '../../support/photos.ts';
import { sharedOrigin } from '../support/shared-origin.ts';
import { createProduct, uploadPhoto } from '../support/upload.ts';

const shared = sharedOrigin();
const SECRET = 'SECRET-PLACE-52N';
const xmp = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="${SECRET}"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;
let productId: string;
let pixels: Buffer;

beforeAll(async () => {
  productId = (await createProduct(shared.origin.url)).id;
  pixels = await sharp(await readFile(PHOTO_PATH))
    .resize(700)
    .png()
    .toBuffer();
});

async function publish(bytes: Uint8Array): Promise<Image> {
  const { status, body } = await uploadPhoto(shared.origin.url, productId, bytes);
  expect(status).toBe(201);
  return body;
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

/** IPTC IIM inside a Photoshop block, as cameras' software writes captions. */
function photoshopBlock(): Buffer {
  const caption = latin1(SECRET);
  const dataset = Buffer.concat([Buffer.from([0x1c, 2, 120, 0, caption.length]), caption]);
  const head = Buffer.concat([latin1('8BIM'), Buffer.from([4, 4, 0, 0, 0, 0, 0, dataset.length])]);
  return Buffer.concat([latin1('Photoshop 3.0\0'), head, dataset]);
}

const SOURCES: readonly (readonly [format: string, make: () => Promise<Buffer>])[] = [
  [
    'JPEG',
    async () =>
      withJpegSegments(await sharp(pixels).jpeg().toBuffer(), [
        [0xe1, Buffer.concat([latin1('Exif\0\0'), exifBlock(1, SECRET)])],
        [0xe1, latin1(`http://ns.adobe.com/xap/1.0/\0${xmp}`)],
        [0xed, photoshopBlock()],
        [0xfe, latin1(SECRET)],
      ]),
  ],
  [
    'PNG',
    async () =>
      withPngChunks(pixels, [
        ['eXIf', exifBlock(1, SECRET)],
        ['iTXt', latin1(`XML:com.adobe.xmp\0\0\0\0\0${xmp}`)],
        ['tEXt', latin1(`Comment\0${SECRET}`)],
      ]),
  ],
  ['WebP', async () => sharp(pixels).withExif(exifFields()).withXmp(xmp).webp().toBuffer()],
  ['AVIF', async () => sharp(pixels).withExif(exifFields()).withXmp(xmp).avif({ effort: 0 }).toBuffer()],
];

function exifFields() {
  return { IFD0: { ImageDescription: SECRET }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 12/1' } };
}

describe('threat row 36: no metadata of the source is in any rendition', () => {
  test.each(SOURCES)('%s with Exif, GPS, XMP and more', async (_format, make) => {
    const source = await make();
    expect(source.includes(SECRET)).toBe(true);
    const metadata = await sharp(source).metadata();
    expect(metadata.exif).toBeDefined();
    expect(metadata.xmp).toBeDefined();
    const image = await publish(source);
    for (const rendition of image.renditions) {
      const bytes = await readFile(shared.storedPath(rendition));
      expect(bytes.includes(SECRET)).toBe(false);
      const left = await sharp(bytes).metadata();
      for (const key of [
        'exif',
        'xmp',
        'iptc',
        'icc',
        'tifftagPhotoshop',
        'comments',
        'orientation',
      ] as const)
        expect({ [key]: left[key] }).toEqual({ [key]: undefined });
      if (rendition.type === 'image/jpeg')
        // Only JFIF, tables, frame and scan: no application segments, no comment.
        for (const marker of jpegMarkers(bytes))
          expect([0xe0, 0xdb, 0xc0, 0xc2, 0xc4, 0xda]).toContain(marker);
      if (rendition.type === 'image/webp') expect(webpChunks(bytes)).toEqual(['VP8 ']);
      if (rendition.type === 'image/avif')
        for (const item of ['Exif', 'mime', 'rdf+xml'])
          expect(bytes.subarray(0, 1_000).includes(item)).toBe(false);
    }
  });

  test('the torrent and the answer do not hold the name of the file', async () => {
    const photo = await sharp(pixels).resize(200).jpeg().toBuffer();
    const { body } = await uploadPhoto(shared.origin.url, productId, photo, { name: `${SECRET}.jpg` });
    expect(JSON.stringify(body)).not.toContain(SECRET);
    expect(
      Buffer.from((await shared.origin.catalog.torrent(body.infoHash)) as Uint8Array).includes(SECRET),
    ).toBe(false);
  });
});

describe('threat row 34: nothing but pixels passes', () => {
  const script = '<script>alert(document.domain)</script>';
  const zip = 'PK\x03\x04\x14\0\0\0\0\0evil.class';
  test('marker bytes of a JPEG that is also HTML and ZIP do not survive', async () => {
    const jpeg = await sharp(pixels).resize(400).jpeg().toBuffer();
    const polyglot = Buffer.concat([
      withJpegSegments(jpeg, [
        [0xfe, latin1(script)],
        [0xef, latin1(zip)],
      ]),
      latin1(`${zip}${script}`),
    ]);
    for (const rendition of (await publish(polyglot)).renditions) {
      const bytes = await readFile(shared.storedPath(rendition));
      for (const mark of ['<script', 'PK\x03\x04', 'evil'])
        expect(bytes.includes(mark, 0, 'latin1')).toBe(false);
    }
  });

  test('bytes behind the end of a PNG do not survive', async () => {
    const polyglot = Buffer.concat([await sharp(pixels).resize(400).png().toBuffer(), latin1(script)]);
    for (const rendition of (await publish(polyglot)).renditions)
      expect((await readFile(shared.storedPath(rendition))).includes('<script')).toBe(false);
  });
});

/** Mean colour of a part of a rendition. */
async function colourAt(path: string, left: number, top: number, width: number, height: number) {
  const part = await sharp(path).extract({ left, top, width, height }).png().toBuffer();
  const { channels } = await sharp(part).stats();
  return channels.slice(0, 3).map(({ mean }) => Math.round(mean));
}

function expectColour(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  for (const [index, value] of wanted.entries())
    expect(Math.abs((found[index] as number) - value)).toBeLessThanOrEqual(tolerance);
}

test('the orientation of the source is applied: the picture stands upright and says nothing of it', async () => {
  // Left half red, right half blue. Orientation 6: to be turned by 90 degrees to the right, so red is on top.
  const half = (background: string) => ({
    create: { width: 200, height: 200, channels: 3 as const, background },
  });
  const lying = await sharp({ create: { width: 400, height: 200, channels: 3, background: 'blue' } })
    .composite([{ input: half('red'), left: 0, top: 0 }])
    .jpeg({ quality: 95 })
    .toBuffer();
  const turned = withJpegSegments(lying, [[0xe1, Buffer.concat([latin1('Exif\0\0'), exifBlock(6, 'x')])]]);
  const image = await publish(turned);
  expect(image).toMatchObject({ width: 200, height: 400 });
  for (const rendition of image.renditions) {
    expect([rendition.width, rendition.height]).toEqual([160, 320]);
    const path = shared.storedPath(rendition);
    expectColour(await colourAt(path, 20, 20, 120, 100), [255, 0, 0], 12);
    expectColour(await colourAt(path, 20, 200, 120, 100), [0, 0, 255], 12);
  }
});

test('a Display P3 source keeps its colours in sRGB', async () => {
  const colour = { r: 200, g: 90, b: 60 };
  const srgb = sharp({ create: { width: 200, height: 200, channels: 3, background: colour } });
  const wide = await srgb.withIccProfile('p3').png().toBuffer();
  const raw = await sharp(wide, { ignoreIcc: true }).raw().toBuffer();
  // The source's numbers differ from sRGB's: whoever drops the profile without converting shows another colour.
  expect(Math.abs((raw[0] as number) - colour.r) + Math.abs((raw[1] as number) - colour.g)).toBeGreaterThan(
    10,
  );
  for (const rendition of (await publish(wide)).renditions)
    expectColour(await colourAt(shared.storedPath(rendition), 20, 20, 100, 100), [200, 90, 60], 6);
});

test('a 16-bit source becomes 8 bit without shifting its colours', async () => {
  const deep = await sharp({
    create: { width: 200, height: 200, channels: 3, background: { r: 10, g: 128, b: 250 } },
  })
    .toColourspace('rgb16')
    .png()
    .toBuffer();
  expect((await sharp(deep).metadata()).depth).toBe('ushort');
  for (const rendition of (await publish(deep)).renditions)
    expectColour(await colourAt(shared.storedPath(rendition), 20, 20, 100, 100), [10, 128, 250], 6);
});
