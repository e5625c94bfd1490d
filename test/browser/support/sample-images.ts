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

/** `id` is any number: it becomes the 24 digits of the image's id. */
export async function makeSampleImage(fileName: string, id: number, alt: string): Promise<SampleImage> {
  const source = readFileSync(new URL(fileName, PHOTOS));
  const imageId = id.toString(16).padStart(24, '0') as ImageId;
  const { width, height } = await sharp(source).metadata();
  const files = new Map<string, { bytes: Buffer; type: RenditionType }>();
  const renditions: Rendition[] = [];
  for (const renditionWidth of WIDTHS) {
    for (const { extension, type, encode } of FORMATS) {
      const { data, info } = await encode(sharp(source).resize(renditionWidth)).toBuffer({
        resolveWithObject: true,
      });
      const name = `${renditionWidth}.${extension}`;
      const url = `/images/${imageId}/${name}`;
      files.set(url, { bytes: data, type });
      const root = '0'.repeat(64) as FileRoot;
      renditions.push({ name, url, width: info.width, height: info.height, type, bytes: data.length, root });
    }
  }
  const image: Image = {
    id: imageId,
    width,
    height,
    alt,
    tags: [],
    placeholder: await placeholderOf(source),
    renditions,
    srcset: {},
    infoHash: '0'.repeat(40) as InfoHash,
    infoHashV2: '0'.repeat(64) as InfoHashV2,
    magnet: 'magnet:?',
    torrent: '/torrents/0.torrent',
  };
  return { image, files };
}

async function placeholderOf(source: Buffer): Promise<string> {
  const { data, info } = await sharp(source)
    .resize(100, 100, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}
