/** An upload's way through the real parts: HTTP, worker process, store on disk, SQLite. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { thumbHashToRGBA } from 'thumbhash';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseEntryBody } from '../../../shared/log/codec.ts';
import { parseMagnet } from '../../../shared/metainfo/magnet.ts';
import { parseMetainfo } from '../../../shared/metainfo/parse.ts';
import { hashFile } from '../../../shared/node/hashing/hash-file.ts';
import { nodeHashes } from '../../../shared/node/hashing/node-hashes.ts';
import { type Compiled, compile } from '../../support/compiled.ts';
import { PHOTO_PATH } from '../../support/photos.ts';
import { PUBLIC_URL, type SmallOrigin, startSmallOrigin } from '../support/small-origin.ts';
import { createProduct, filesBelow, uploadPhoto } from '../support/upload.ts';

let folder: string;
let worker: Compiled;
let origin: SmallOrigin;
let photo: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-publish-'));
  worker = await compile('server/ingest/worker/main.ts');
  origin = await startSmallOrigin(folder, worker.path);
  photo = await sharp(await readFile(PHOTO_PATH))
    .resize(1000)
    .jpeg()
    .toBuffer();
});

afterAll(async () => {
  await origin?.close();
  await worker?.remove();
  await rm(folder, { recursive: true, force: true });
});

const storedPath = (root: string) => join(folder, 'pieces', root.slice(0, 2), `${root}.whole`);

test('a photo of 15.9 megapixels becomes five widths in three formats, each as large as it says', async () => {
  const product = await createProduct(origin.url);
  const { status, body } = await uploadPhoto(origin.url, product.id, await readFile(PHOTO_PATH), {
    alt: 'Seeds',
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({ width: 5312, height: 2988, alt: 'Seeds' });
  const names = [160, 320, 640, 1280, 2048].flatMap((width) =>
    ['avif', 'webp', 'jpg'].map((e) => `${width}.${e}`),
  );
  expect(body.renditions.map(({ name }) => name)).toEqual(names);
  for (const rendition of body.renditions) {
    expect(rendition.url).toBe(`/images/${body.id}/${rendition.name}`);
    const bytes = await readFile(storedPath(rendition.root));
    const metadata = await sharp(bytes).metadata();
    expect({ width: metadata.width, height: metadata.height }).toEqual({
      width: rendition.width,
      height: rendition.height,
    });
    expect(rendition.height).toBe(Math.round((2988 * rendition.width) / 5312));
    expect(bytes.length).toBe(rendition.bytes);
    expect((await hashFile(storedPath(rendition.root), 16_384)).root).toBe(rendition.root);
    const format = rendition.type === 'image/avif' ? 'heif' : rendition.type.slice('image/'.length);
    expect(metadata.format).toBe(format);
  }
  const { w, h } = thumbHashToRGBA(Buffer.from(body.placeholder, 'base64'));
  expect(w / h).toBeCloseTo(5312 / 2988, 0);
});

test('the torrent, the log entry and the answer tell of the same image', async () => {
  const product = await createProduct(origin.url);
  const { body } = await uploadPhoto(origin.url, product.id, photo);
  const torrent = await origin.catalog.torrent(body.infoHash);
  const metainfo = parseMetainfo(torrent as Uint8Array, nodeHashes);
  expect(metainfo).toMatchObject({
    infoHash: body.infoHash,
    infoHashV2: body.infoHashV2,
    name: body.id,
    announce: `${PUBLIC_URL}/announce`,
    webSeeds: [`${PUBLIC_URL}/images/`],
  });
  const roots = new Map(metainfo.files.map(({ name, root }) => [name, root]));
  for (const { name, root } of body.renditions) expect(roots.get(name)).toBe(root);
  expect(body.torrent).toBe(`${PUBLIC_URL}/torrents/${body.infoHash}.torrent`);
  expect(parseMagnet(body.magnet)).toMatchObject({ infoHash: body.infoHash, infoHashV2: body.infoHashV2 });
  const head = origin.catalog.head();
  const [entry] = await origin.catalog.entriesAfter(head.number - 1, 1);
  const { magnet: _m, torrent: _t, alt: _a, tags: _tags, srcset: _s, ...published } = body;
  expect(parseEntryBody(entry?.body as string).change).toEqual({ type: 'publish', image: published });
});

test('the same bytes on the same product are the same image again: 200, no new entry, nothing left lying', async () => {
  const product = await createProduct(origin.url);
  const first = await uploadPhoto(origin.url, product.id, photo, { alt: 'one' });
  const head = origin.catalog.head();
  const files = await filesBelow(folder);
  const again = await uploadPhoto(origin.url, product.id, photo, { alt: 'two', name: 'other.png' });
  expect([first.status, again.status]).toEqual([201, 200]);
  expect(again.body).toEqual(first.body);
  expect(origin.catalog.head()).toEqual(head);
  expect(await filesBelow(folder)).toEqual(files);
});

test('the image id is the first 24 hex digits of SHA-256(product, 0x00, SHA-256 of the source)', async () => {
  const product = await createProduct(origin.url);
  const { body } = await uploadPhoto(origin.url, product.id, photo);
  const source = createHash('sha256').update(photo).digest();
  const digest = createHash('sha256').update(`${product.id}\0`).update(source).digest('hex');
  expect(body.id).toBe(digest.slice(0, 24));
});

test('the same bytes sent three times at once are worked on once', async () => {
  const product = await createProduct(origin.url);
  const { number } = origin.catalog.head();
  const answers = await Promise.all([1, 2, 3].map(() => uploadPhoto(origin.url, product.id, photo)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
  expect(new Set(answers.map(({ body }) => body.infoHash)).size).toBe(1);
  expect(origin.catalog.head().number).toBe(number + 1);
});

test('renditions that two products share stay until both are purged', async () => {
  const products = [await createProduct(origin.url), await createProduct(origin.url)];
  const unique = await sharp(photo).extract({ left: 0, top: 0, width: 300, height: 200 }).png().toBuffer();
  const images = [];
  for (const { id } of products) images.push((await uploadPhoto(origin.url, id, unique)).body);
  expect(images[0]?.id).not.toBe(images[1]?.id);
  expect(images[0]?.renditions.map(({ root }) => root)).toEqual(
    images[1]?.renditions.map(({ root }) => root),
  );
  const path = storedPath(images[0]?.renditions[0]?.root as string);
  await origin.catalog.purgeImages([images[0]?.id as never]);
  await origin.ingest.idle();
  expect((await readFile(path)).length).toBeGreaterThan(0);
  await origin.catalog.purgeImages([images[1]?.id as never]);
  await origin.ingest.idle();
  await expect(readFile(path)).rejects.toThrow('ENOENT');
});

test('a photo narrower than every rung has one rung of its own width', async () => {
  const product = await createProduct(origin.url);
  const small = await sharp(photo).resize(90, 40, { fit: 'fill' }).webp().toBuffer();
  const { body } = await uploadPhoto(origin.url, product.id, small);
  expect(body.renditions.map(({ name, height }) => `${name} ${height}`)).toEqual([
    '90.avif 40',
    '90.webp 40',
    '90.jpg 40',
  ]);
});

test('one pixel is an image too', async () => {
  const product = await createProduct(origin.url);
  const create = { width: 1, height: 1, channels: 3, background: 'red' } as const;
  const { status, body } = await uploadPhoto(
    origin.url,
    product.id,
    await sharp({ create }).png().toBuffer(),
  );
  expect(status).toBe(201);
  expect(body.renditions.map(({ name }) => name)).toEqual(['1.avif', '1.webp', '1.jpg']);
});

test('of an animation the first frame is published', async () => {
  const product = await createProduct(origin.url);
  const frame = (background: string) =>
    sharp({ create: { width: 200, height: 100, channels: 3, background } })
      .png()
      .toBuffer();
  const frames = [await frame('red'), await frame('blue')];
  const animation = await sharp(frames, { join: { animated: true } })
    .webp({ loop: 0, delay: [100, 100] })
    .toBuffer();
  expect((await sharp(animation).metadata()).pages).toBe(2);
  const { body } = await uploadPhoto(origin.url, product.id, animation);
  expect(body).toMatchObject({ width: 200, height: 100 });
  const jpeg = body.renditions.find(({ name }) => name === '160.jpg');
  const { dominant } = await sharp(storedPath(jpeg?.root as string)).stats();
  expect(dominant.r).toBeGreaterThan(200);
  expect(dominant.b).toBeLessThan(60);
});

test('transparency stays in AVIF and WebP and becomes white in JPEG', async () => {
  const product = await createProduct(origin.url);
  const create = {
    width: 200,
    height: 200,
    channels: 4,
    background: { r: 255, g: 0, b: 0, alpha: 0 },
  } as const;
  const { body } = await uploadPhoto(origin.url, product.id, await sharp({ create }).png().toBuffer());
  for (const { type, root } of body.renditions) {
    const { data, info } = await sharp(storedPath(root)).raw().toBuffer({ resolveWithObject: true });
    if (type === 'image/jpeg') expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
    else expect([info.channels, data[3]]).toEqual([4, 0]);
  }
});

test('grey and CMYK sources become sRGB of three channels', async () => {
  const product = await createProduct(origin.url);
  const grey = await sharp(photo).resize(200).greyscale().toColourspace('b-w').png().toBuffer();
  const cmyk = await sharp(photo).resize(200).toColourspace('cmyk').jpeg().toBuffer();
  expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
  for (const source of [grey, cmyk]) {
    const { status, body } = await uploadPhoto(origin.url, product.id, source);
    expect(status).toBe(201);
    for (const { root } of body.renditions)
      expect(await sharp(storedPath(root)).metadata()).toMatchObject({ space: 'srgb', channels: 3 });
  }
});

test('nothing stays in tmp and uploads, and no fault was told', async () => {
  expect((await filesBelow(folder)).filter((path) => /^(tmp|uploads)\//.test(path))).toEqual([]);
  expect(origin.faults).toEqual([]);
});
