/** Real renditions of the demo's photos, made in memory: image sets as the origin would publish them. */
import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { Image, Rendition, RenditionType } from '../../../shared/api-types/catalog.ts';
import type { FileRoot, ImageId, InfoHash, InfoHashV2 } from '../../../shared/units.ts';

export interface SampleImage {
  readonly image: Image;
  /** Bytes and type by path, `/images/<id>/<name>`. */
  readonly files: ReadonlyMap<string, { readonly bytes: Buffer; readonly type: RenditionType }>;
}

const PHOTOS = new URL('../../../server/demo/photos/', import.meta.url);
const WIDTHS = [160, 320, 640];
const FORMATS = [
  { extension: 'avif', type: 'image/avif', encode: (photo: Sharp) => photo.avif({ effort: 0 }) },
  { extension: 'webp', type: 'image/webp', encode: (photo: Sharp) => photo.webp() },
  { extension: 'jpg', type: 'image/jpeg', encode: (photo: Sharp) => photo.jpeg() },
] as const;

interface Encoded {
  readonly name: string;
  readonly type: RenditionType;
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
}

interface Ladder {
  readonly width: number;
  readonly height: number;
  readonly placeholder: string;
  readonly encoded: readonly Encoded[];
}

/** By the photo's file: many products show one photo. */
const ladders = new Map<string, Promise<Ladder>>();

/** `id` is any number: it becomes the 24 digits of the image's id. */
export async function makeSampleImage(fileName: string, id: number, alt: string): Promise<SampleImage> {
  const ladder = ladders.get(fileName) ?? ladderOf(fileName);
  ladders.set(fileName, ladder);
  const { encoded, ...photo } = await ladder;
  const imageId = id.toString(16).padStart(24, '0') as ImageId;
  const root = '0'.repeat(64) as FileRoot;
  const files = new Map<string, Encoded>();
  const renditions: Rendition[] = [];
  for (const file of encoded) {
    const { name, width, height, type, bytes } = file;
    const url = `/images/${imageId}/${name}`;
    files.set(url, file);
    renditions.push({ name, url, width, height, type, bytes: bytes.length, root });
  }
  const image: Image = {
    id: imageId,
    ...photo,
    alt,
    tags: [],
    renditions,
    srcset: {},
    infoHash: '0'.repeat(40) as InfoHash,
    infoHashV2: '0'.repeat(64) as InfoHashV2,
    magnet: 'magnet:?',
    torrent: '/torrents/0.torrent',
  };
  return { image, files };
}

async function ladderOf(fileName: string): Promise<Ladder> {
  const source = readFileSync(new URL(fileName, PHOTOS));
  const { width, height } = await sharp(source).metadata();
  const encoded: Encoded[] = [];
  for (const renditionWidth of WIDTHS)
    for (const { extension, type, encode } of FORMATS) {
      const { data, info } = await encode(sharp(source).resize(renditionWidth)).toBuffer({
        resolveWithObject: true,
      });
      const name = `${renditionWidth}.${extension}`;
      encoded.push({ name, type, bytes: data, width: info.width, height: info.height });
    }
  return { width, height, placeholder: await placeholderOf(source), encoded };
}

async function placeholderOf(source: Buffer): Promise<string> {
  const { data, info } = await sharp(source)
    .resize(100, 100, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}
