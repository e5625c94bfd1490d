/** The `srcset` of one format: every rung of an image's ladder with its width, the narrowest first. */
import type { RenditionType, Srcsets } from '../api-types/catalog.ts';
import { imageUrl, type RenditionChoice } from './image-url.ts';
import { parseRenditionName } from './rendition-name.ts';

export interface Ladder {
  readonly id: string;
  readonly renditions: readonly { readonly name: string; readonly type: RenditionType }[];
}

/** Smallest bytes first: a browser takes the first source whose type it knows. */
const TYPES: readonly RenditionType[] = ['image/avif', 'image/webp', 'image/jpeg'];

/** Renditions with another form of name are left out. */
export function rungsOf(image: Ladder, type: RenditionType): readonly RenditionChoice[] {
  return image.renditions
    .filter((rendition) => rendition.type === type)
    .map((rendition) => parseRenditionName(rendition.name))
    .filter((choice) => choice !== undefined)
    .sort((a, b) => a.width - b.width);
}

/** `base` as `imageUrl` takes it. */
export function srcsetOf(base: string, id: string, rungs: readonly RenditionChoice[]): string {
  return rungs.map((rung) => `${imageUrl(base, id, rung)} ${rung.width}w`).join(', ');
}

/** Of each format that the image has. */
export function srcsetsOf(base: string, image: Ladder): Srcsets {
  const entries = TYPES.map((type) => [type, rungsOf(image, type)] as const);
  return Object.fromEntries(
    entries
      .filter(([, rungs]) => rungs.length > 0)
      .map(([type, rungs]) => [type, srcsetOf(base, image.id, rungs)]),
  );
}
