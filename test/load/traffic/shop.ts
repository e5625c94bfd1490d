/** The catalog as shoppers and plans see it. */
import type { ProductList, Rendition, RenditionType } from '../../../shared/api-types/catalog.ts';

export interface ShopImage {
  /** Number of its product; the first are in the sale. */
  readonly product: number;
  readonly renditions: readonly Rendition[];
}

export interface Shop {
  readonly products: number;
  readonly images: readonly ShopImage[];
}

/** @param photosEach neighbours in the list make one product; 1: each is one, with all its images */
export function shopOf({ products }: ProductList, photosEach = 1): Shop {
  const filled = products.filter(({ images }) => images.length > 0);
  const images = filled.flatMap((product, number) =>
    product.images.map(({ renditions }) => ({ product: Math.floor(number / photosEach), renditions })),
  );
  return { products: Math.ceil(filled.length / photosEach), images };
}

/** As `srcset` picks: the narrowest that is wide enough, else the widest. @returns its place in the list */
export function renditionFor(image: ShopImage, type: RenditionType, width: number): number {
  let chosen = -1;
  image.renditions.forEach((rendition, place) => {
    if (rendition.type !== type) return;
    const best = image.renditions[chosen];
    const isBetter =
      best === undefined ||
      (best.width < width
        ? rendition.width > best.width
        : width <= rendition.width && rendition.width < best.width);
    if (isBetter) chosen = place;
  });
  return chosen;
}
