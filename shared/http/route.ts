/**
 * The exact grammar of what lies under /images (threat row 40): the path is split before it is decoded, each segment
 * is decoded once, and what then is not an image id, a plain file name or a pad does not exist. So `..;`, `%2f`,
 * double encoding and extra segments are 404 and never reach the catalog, the disk or another handler.
 */
import { type ImageId, parseImageId } from '../units.ts';

export type ImageRoute =
  /** `/images/:imageId/:name` */
  | { readonly type: 'named'; readonly imageId: ImageId; readonly name: string }
  /** `/images/:imageId?query` */
  | { readonly type: 'negotiated'; readonly imageId: ImageId; readonly query: string }
  /** `/images/:imageId/.pad/:n`: n zero bytes, for stock clients that take a pad file (BEP 47) for a file. */
  | { readonly type: 'pad'; readonly imageId: ImageId; readonly lengthBytes: number }
  | { readonly type: 'unknown' };

/** A pad is shorter than a piece, and pieces of image sets stay far below this. */
export const MAX_PAD_BYTES = 16 * 2 ** 20 - 1;

const UNKNOWN: ImageRoute = { type: 'unknown' };

/** A rendition's own address, as pages have it, where nothing needs decoding: most requests. */
const CANONICAL = /^\/images\/([0-9a-f]{24})\/([A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;

/**
 * Reads a request target, in origin form or absolute form (RFC 9112 section 3.2; its host is not looked at).
 * `undefined`: not under /images, so another handler's.
 */
export function parseImageRoute(target: string): ImageRoute | undefined {
  const canonical = CANONICAL.exec(target);
  const canonicalId = parseImageId(canonical?.[1] ?? '');
  if (canonicalId !== undefined) return { type: 'named', imageId: canonicalId, name: canonical?.[2] ?? '' };
  const local = target.startsWith('/') ? target : originForm(target);
  if (local === undefined || !local.startsWith('/images')) return undefined;
  const queryAt = local.indexOf('?');
  const path = queryAt < 0 ? local : local.slice(0, queryAt);
  if (path.length > 7 && path.charAt(7) !== '/') return undefined;
  const segments = path.slice(8).split('/').map(decodeSegment);
  const imageId = parseImageId(segments[0] ?? '');
  if (imageId === undefined) return UNKNOWN;
  if (segments.length === 1)
    return { type: 'negotiated', imageId, query: queryAt < 0 ? '' : local.slice(queryAt + 1) };
  const name = segments[1] ?? '';
  if (segments.length === 2) return isFileName(name) ? { type: 'named', imageId, name } : UNKNOWN;
  if (segments.length !== 3 || name !== '.pad') return UNKNOWN;
  const length = segments[2] ?? '';
  const lengthBytes = /^[1-9]\d{0,7}$/.test(length) ? Number(length) : 0;
  return lengthBytes >= 1 && lengthBytes <= MAX_PAD_BYTES ? { type: 'pad', imageId, lengthBytes } : UNKNOWN;
}

function originForm(target: string): string | undefined {
  const match = /^https?:\/\/[^/?#]*(\/.*)$/i.exec(target);
  return match?.[1];
}

/** Names of renditions start with a digit or letter, so neither `.pad` nor `..` is one. */
function isFileName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name);
}

function decodeSegment(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
