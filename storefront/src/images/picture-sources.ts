/** What a `<picture>` needs: one `<source>` per modern format, and JPEG for the `<img>` itself. */
import type { RenditionType } from '../../../shared/api-types/catalog.ts';
import { imageUrl, type RenditionChoice } from '../image-url.ts';
import { parseRenditionName } from './rendition-name.ts';

export interface PictureSource {
  readonly type: RenditionType;
  readonly srcset: string;
}

export interface PictureSources {
  readonly sources: readonly PictureSource[];
  readonly src: string;
  readonly srcset: string;
}

interface LadderOfImage {
  readonly id: string;
  readonly renditions: readonly { readonly name: string; readonly type: RenditionType }[];
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
  image: LadderOfImage,
  { jpegOnly = false } = {},
): PictureSources | undefined {
  const rungs = (type: RenditionType): RenditionChoice[] =>
    image.renditions
      .filter((rendition) => rendition.type === type)
      .map((rendition) => parseRenditionName(rendition.name))
      .filter((choice) => choice !== undefined)
      .sort((a, b) => a.width - b.width);
  const srcset = (choices: readonly RenditionChoice[]) =>
    choices.map((choice) => `${imageUrl(base, image.id, choice)} ${choice.width}w`).join(', ');

  const modern = MODERN_TYPES.map((type) => ({ type, choices: rungs(type) })).filter(
    ({ choices }) => choices.length > 0,
  );
  const jpeg = rungs('image/jpeg');
  const last = jpeg.length > 0 ? jpeg : modern.at(-1)?.choices;
  if (last === undefined) return undefined;
  const fallback = last.find((choice) => choice.width >= FALLBACK_WIDTH) ?? last.at(-1)!;
  return {
    sources:
      jpegOnly && jpeg.length > 0
        ? []
        : modern.map(({ type, choices }) => ({ type, srcset: srcset(choices) })),
    src: imageUrl(base, image.id, fallback),
    srcset: srcset(last),
  };
}
