/** Places of a product's images. */
import type { ImageId } from '../../shared/units.ts';
import type { StoredImage } from './catalog-api.ts';
import { unknownImage } from './purge-images.ts';

/**
 * Those that are named first, then the others as they were. From 1: the next upload's place, its entry's number, is
 * beyond them all.
 * @throws UserError `image_unknown`
 */
export function placesFor(images: readonly StoredImage[], ids: readonly ImageId[]): readonly StoredImage[] {
  const known = new Map(images.map((image) => [image.id, image]));
  const named = new Set(ids);
  const first = [...named].map((id) => known.get(id) ?? unknownImage());
  const ordered = [...first, ...images.filter(({ id }) => !named.has(id))];
  return ordered.map((image, at) => ({ ...image, position: at + 1 }));
}
