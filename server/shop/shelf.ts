/** All products as the pages list them: small, so that it is kept in memory and no visit asks the database. */
import type { Image, Product } from '../../shared/api-types/catalog.ts';
import { hasFeature } from '../../shared/http/shop-boxes.ts';
import { type ListData, listData } from './page-data.ts';
import { featurePhoto, type LargestPhoto } from './preload.ts';

export interface ShelfItem extends Pick<Product, 'id' | 'title' | 'priceCents' | 'currency' | 'category'> {
  readonly image: Pick<Image, 'id' | 'alt' | 'width' | 'height' | 'placeholder'> | undefined;
}

export interface Shelf {
  readonly items: readonly ShelfItem[];
  /** In the order of their first products. */
  readonly categories: readonly string[];
  /** For the page's script. */
  readonly data: ListData;
  /** Of the first product, when it is shown large. */
  readonly feature: LargestPhoto | undefined;
}

export function makeShelf(products: readonly Product[]): Shelf {
  const categories = [...new Set(products.map(({ category }) => category))].filter((name) => name !== '');
  const data = listData(products, categories);
  const first = hasFeature(data.products.length) ? products[0]?.images[0] : undefined;
  return {
    items: products.map(itemOf),
    categories,
    data,
    feature: first && featurePhoto(first),
  };
}

function itemOf({ id, title, priceCents, currency, category, images: [image] }: Product): ShelfItem {
  const shown = image && {
    id: image.id,
    alt: image.alt,
    width: image.width,
    height: image.height,
    placeholder: image.placeholder,
  };
  return { id, title, priceCents, currency, category, image: shown };
}
