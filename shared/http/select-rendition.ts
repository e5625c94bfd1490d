/** Which rendition of an image answers a negotiated request. */
import type { PublishedImage, Rendition, RenditionType } from '../api-types/catalog.ts';
import { namesType, preferredTypes } from './accept.ts';
import type { ImageWish } from './query.ts';

/** Width for those who ask for none: a product page's column on a common screen. */
const DEFAULT_WIDTH = 640;

/** `undefined` only for an image without renditions, which the log does not publish. */
export function selectRendition(
  image: PublishedImage,
  wish: ImageWish,
  accept: string | undefined,
): Rendition | undefined {
  for (const type of typesToTry(wish, accept)) {
    const rungs = image.renditions.filter((rendition) => rendition.type === type);
    const rung = snap(rungs, image, wish);
    if (rung !== undefined) return rung;
  }
  return snap(image.renditions, image, wish);
}

function typesToTry(wish: ImageWish, accept: string | undefined): readonly RenditionType[] {
  const byAccept = preferredTypes(accept);
  if (wish.type === undefined) return [...byAccept, 'image/jpeg'];
  // imgix: with auto=format the given format is for clients that name none of the newer ones.
  if (wish.autoFormat) {
    const newer = byAccept.filter((type) => type !== 'image/jpeg' && namesType(accept, type));
    return [...newer, wish.type, 'image/jpeg'];
  }
  return [wish.type, ...byAccept, 'image/jpeg'];
}

/** The next larger rung, or the largest; for a wish without width the default or what is nearest to it. */
function snap(rungs: readonly Rendition[], image: PublishedImage, wish: ImageWish): Rendition | undefined {
  const width = wantedWidth(image, wish);
  let best: Rendition | undefined;
  for (const rung of rungs) if (best === undefined || isBetter(rung, best, width)) best = rung;
  return best;
}

function isBetter(rung: Rendition, best: Rendition, width: number | undefined): boolean {
  if (width === undefined) return Math.abs(rung.width - DEFAULT_WIDTH) < Math.abs(best.width - DEFAULT_WIDTH);
  if (best.width < width) return rung.width > best.width;
  return rung.width >= width && rung.width < best.width;
}

/** In device pixels. A box is met by the width that covers it or lies within it; nothing is ever cut off. */
function wantedWidth(image: PublishedImage, wish: ImageWish): number | undefined {
  const { width, height } = wish;
  const ofHeight = height === undefined ? undefined : (height * image.width) / image.height;
  if (width === undefined && ofHeight === undefined)
    return wish.dpr > 1 ? DEFAULT_WIDTH * wish.dpr : undefined;
  const bound = wish.fit === 'cover' ? Math.max : Math.min;
  // Aspect ratios leave fractions of a pixel: 640.5 must not ask for the rung above 640.
  const css = bound(width ?? (ofHeight as number), ofHeight ?? (width as number));
  return Math.floor(css * wish.dpr);
}
