/** What a `<picture>` needs: one `<source>` per modern format, and JPEG for the `<img>` itself. */
import type { RenditionType } from '../api-types/catalog.ts';
import { imageUrl } from './image-url.ts';
import { type Ladder, rungsOf, srcsetOf } from './srcset.ts';

export interface PictureSource {
  readonly type: RenditionType;
  readonly srcset: string;
}

export interface PictureSources {
  readonly sources: readonly PictureSource[];
  readonly src: string;
  readonly srcset: string;
}

/** Smallest bytes first: a browser takes the first source whose type it knows. */
const MODERN_TYPES: readonly RenditionType[] = ['image/avif', 'image/webp'];
/** Without srcset (no browser of the last ten years) this width is the fair middle. */
const FALLBACK_WIDTH = 640;

/**
 * Sources of one image at one node. `jpegOnly` leaves the modern formats out, for a browser that says it can
 * decode them and cannot. Answers `undefined` when the image has no rendition at all.
 */
export function pictureSources(
  base: string,
  image: Ladder,
  { jpegOnly = false } = {},
): PictureSources | undefined {
  const modern = MODERN_TYPES.map((type) => ({ type, rungs: rungsOf(image, type) })).filter(
    ({ rungs }) => rungs.length > 0,
  );
  const jpeg = rungsOf(image, 'image/jpeg');
  const last = jpeg.length > 0 ? jpeg : modern.at(-1)?.rungs;
  if (last === undefined) return undefined;
  const fallback = last.find((rung) => rung.width >= FALLBACK_WIDTH) ?? last.at(-1)!;
  return {
    sources:
      jpegOnly && jpeg.length > 0
        ? []
        : modern.map(({ type, rungs }) => ({ type, srcset: srcsetOf(base, image.id, rungs) })),
    src: imageUrl(base, image.id, fallback),
    srcset: srcsetOf(base, image.id, last),
  };
}
