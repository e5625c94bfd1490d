/** A published image out of a log entry's JSON: every text has an exact grammar, and URLs are paths of our own. */
import type { PublishedImage, Rendition, RenditionType } from '../api-types/catalog.ts';
import { type ImageId, parseFileRoot, parseImageId, parseInfoHash, parseInfoHashV2 } from '../units.ts';
import type { JsonObject } from './json-object.ts';

/** Five widths in three formats are 15; the rest is room for longer ladders. */
const MAX_RENDITIONS = 64;
/** A side of AVIF or JPEG is at most 65,536 pixels. */
const MAX_SIDE_PIXELS = 65_536;
/** A rendition is held in memory nowhere, but one of 64 MiB is no image for a shop. */
const MAX_RENDITION_BYTES = 64 * 1024 * 1024;
/** A ThumbHash is at most 25 bytes, 36 characters in base64. */
const MAX_PLACEHOLDER_CHARACTERS = 64;

const NAME = /^([1-9][0-9]{0,4})\.(avif|webp|jpg|jpeg)$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const TYPE_OF_EXTENSION: Record<string, RenditionType> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
};

/** @throws PeerError with the code of `image` */
export function parseImage<Code extends string>(image: JsonObject<Code>): PublishedImage {
  const id = image.parsed('id', 24, parseImageId);
  const renditions = image
    .objects('renditions', MAX_RENDITIONS)
    .map((rendition) => parseRendition(rendition, id));
  if (renditions.length === 0) image.fail('no renditions');
  if (new Set(renditions.map((rendition) => rendition.name)).size !== renditions.length)
    image.fail('two renditions of one name');
  return {
    id,
    width: image.integer('width', 1, MAX_SIDE_PIXELS),
    height: image.integer('height', 1, MAX_SIDE_PIXELS),
    placeholder: image.parsed('placeholder', MAX_PLACEHOLDER_CHARACTERS, parseBase64),
    infoHash: image.parsed('infoHash', 40, parseInfoHash),
    infoHashV2: image.parsed('infoHashV2', 64, parseInfoHashV2),
    renditions,
  };
}

function parseRendition<Code extends string>(rendition: JsonObject<Code>, id: ImageId): Rendition {
  const name = rendition.text('name', 10);
  const [, width, extension] = NAME.exec(name) ?? rendition.fail('name is not a width and a format');
  const type = TYPE_OF_EXTENSION[extension as string] as RenditionType;
  if (rendition.text('type', 32) !== type) rendition.fail('type is not that of the name');
  // Entries carry paths and no hosts: an edge asks only the origin it was given (threat row 25).
  const url = `/images/${id}/${name}`;
  if (rendition.text('url', 64) !== url) rendition.fail('url is not the path of this image and name');
  if (rendition.integer('width', 1, MAX_SIDE_PIXELS) !== Number(width))
    rendition.fail('width is not that of the name');
  return {
    name,
    url,
    width: Number(width),
    height: rendition.integer('height', 1, MAX_SIDE_PIXELS),
    type,
    bytes: rendition.integer('bytes', 1, MAX_RENDITION_BYTES),
    root: rendition.parsed('root', 64, parseFileRoot),
  };
}

function parseBase64(text: string): string | undefined {
  return BASE64.test(text) ? text : undefined;
}
