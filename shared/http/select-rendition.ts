/** Which rendition of an image answers a negotiated request. */
import type { PublishedImage, Rendition, RenditionType } from '../api-types/catalog.ts';
import { namesType, preferredTypes } from './accept.ts';
import type { ClientHints } from './client-hints.ts';
import { type ImageWish, namesSize } from './query.ts';

/** Width for those who ask for none: a product page's column on a common screen. */
const DEFAULT_WIDTH = 640;

/** What a client says of itself, beside the address it asks for. */
export interface Client {
  readonly accept: string | undefined;
  readonly hints: ClientHints;
}

/** `undefined` only for an image without renditions, which the log does not publish. */
export function selectRendition(
  image: PublishedImage,
  wish: ImageWish,
  { accept, hints }: Client,
): Rendition | undefined {
  const width = wantedWidth(image, wish, hints);
  const choose = (rungs: readonly Rendition[]) => {
    const rung = snap(rungs, width);
    return rung !== undefined && hints.saveData ? oneStepDown(rungs, rung) : rung;
  };
  for (const type of typesToTry(wish, accept)) {
    const rung = choose(image.renditions.filter((rendition) => rendition.type === type));
    if (rung !== undefined) return rung;
  }
  return choose(image.renditions);
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

/** The next larger rung, or the largest; without a width the default or what is nearest to it. */
function snap(rungs: readonly Rendition[], width: number | undefined): Rendition | undefined {
  let best: Rendition | undefined;
  for (const rung of rungs) if (best === undefined || isBetter(rung, best, width)) best = rung;
  return best;
}

function isBetter(rung: Rendition, best: Rendition, width: number | undefined): boolean {
  if (width === undefined) return Math.abs(rung.width - DEFAULT_WIDTH) < Math.abs(best.width - DEFAULT_WIDTH);
  if (best.width < width) return rung.width > best.width;
  return rung.width >= width && rung.width < best.width;
}

/**
 * For Save-Data: the next smaller rung, about a third of the bytes. The ladder has one quality per format, so width
 * is what there is to save on; the smallest rung stays.
 */
function oneStepDown(rungs: readonly Rendition[], chosen: Rendition): Rendition {
  let smaller: Rendition | undefined;
  for (const rung of rungs)
    if (rung.width < chosen.width && (smaller === undefined || rung.width > smaller.width)) smaller = rung;
  return smaller ?? chosen;
}

/** In device pixels. A box is met by the width that covers it or lies within it; nothing is ever cut off. */
function wantedWidth(image: PublishedImage, wish: ImageWish, hints: ClientHints): number | undefined {
  if (!namesSize(wish)) return widthOfScreen(wish, hints);
  const { width, height } = wish;
  const ofHeight = height === undefined ? undefined : (height * image.width) / image.height;
  const bound = wish.fit === 'cover' ? Math.max : Math.min;
  // Aspect ratios leave fractions of a pixel: 640.5 must not ask for the rung above 640.
  const css = bound(width ?? (ofHeight as number), ofHeight ?? (width as number));
  return Math.floor(css * (wish.dpr ?? 1));
}

/**
 * For an address without a size. A `Width` hint is in device pixels already; without it the image is as wide as the
 * window, which is what HTML takes for granted of an <img> without `sizes`.
 */
function widthOfScreen(wish: ImageWish, hints: ClientHints): number | undefined {
  if (hints.widthPixels !== undefined) return hints.widthPixels;
  const dpr = wish.dpr ?? hints.dpr ?? 1;
  if (hints.viewportPixels !== undefined) return Math.floor(hints.viewportPixels * dpr);
  return dpr > 1 ? DEFAULT_WIDTH * dpr : undefined;
}
