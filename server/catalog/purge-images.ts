/** Images that go, and images that are not there. */
import { UserError } from '../../shared/errors.ts';
import type { Purged, StoredImage } from './catalog-api.ts';
import type { Append, Writer } from './catalog-log.ts';

export function imageUnknown(): UserError {
  return new UserError('image_unknown', 404, 'There is no image with this id.');
}

/** @throws UserError `image_unknown` */
export function unknownImage(): never {
  throw imageUnknown();
}

/** The rows of renditions and torrent go with the image's (`on delete cascade`). */
export async function purgeInside(
  writer: Writer,
  append: Append,
  images: readonly StoredImage[],
): Promise<readonly Purged[]> {
  const purged: Purged[] = [];
  for (const image of images) {
    const { number } = await append({ type: 'purge', imageId: image.id });
    await writer.deleteFrom('images').where('id', '=', image.id).execute();
    purged.push({ image, entry: number });
  }
  return purged;
}
