/** The page's largest photo, asked for while the script is still on its way. */
import type { Image } from '../../shared/api-types/catalog.ts';
import { sizesInBox } from '../../shared/http/box-sizes.ts';
import { rendezvousOrder } from '../../shared/http/rendezvous.ts';
import { FEATURE_ASPECT, featureBoxes, STAGE_BOXES, stageAspect } from '../../shared/http/shop-boxes.ts';
import { rungsOf, srcsetOf } from '../../shared/http/srcset.ts';
import { type Html, html } from './html.ts';

export interface LargestPhoto {
  readonly image: Pick<Image, 'id' | 'renditions'>;
  /** As the script's `<img>` will have it: else the browser fetches another width a second time. */
  readonly sizes: string;
}

export interface Preload {
  readonly link: Html;
  /** For the script, which then takes that photo from there. */
  readonly from: { readonly imageId: string; readonly url: string };
}

export function featurePhoto(image: Image): LargestPhoto {
  return {
    image,
    sizes: sizesInBox(featureBoxes(image), 'cover', FEATURE_ASPECT, image.width / image.height),
  };
}

export function stagePhoto(image: Image): LargestPhoto {
  return { image, sizes: sizesInBox(STAGE_BOXES, 'contain', stageAspect(image), image.width / image.height) };
}

/**
 * From the edge that a page without measurements would choose. Only AVIF, which every browser of today knows: one
 * that does not leaves the link alone, for its type.
 */
export function preloadOf(
  { image, sizes }: LargestPhoto,
  edges: readonly { readonly url: string }[],
): Preload | undefined {
  const [edge] = rendezvousOrder(image.id, edges, ({ url }) => url);
  const rungs = rungsOf(image, 'image/avif');
  if (edge === undefined || rungs.length === 0) return undefined;
  const srcset = srcsetOf(edge.url, image.id, rungs);
  return {
    link: html`<link rel="preload" as="image" type="image/avif" fetchpriority="high" imagesrcset="${srcset}" imagesizes="${sizes}" />`,
    from: { imageId: image.id, url: edge.url },
  };
}
