/** Search and order of the grid. */
import type { ShopProduct } from './shop-product.ts';

export type ProductOrder = 'featured' | 'price-up' | 'price-down' | 'title';

export const PRODUCT_ORDERS: readonly { readonly order: ProductOrder; readonly label: string }[] = [
  { order: 'featured', label: 'Featured' },
  { order: 'price-up', label: 'Price, low to high' },
  { order: 'price-down', label: 'Price, high to low' },
  { order: 'title', label: 'Name' },
];

export function parseProductOrder(text: string | null): ProductOrder {
  return PRODUCT_ORDERS.find(({ order }) => order === text)?.order ?? 'featured';
}

/** Products that hold every word of the search in title or description; case and accents do not matter. */
export function findProducts(
  products: readonly ShopProduct[],
  search: string,
  order: ProductOrder,
): readonly ShopProduct[] {
  const words = fold(search).split(/\s+/).filter(Boolean);
  const found =
    words.length === 0
      ? products
      : products.filter((product) => {
          const text = fold(`${product.title} ${product.description}`);
          return words.every((word) => text.includes(word));
        });
  return order === 'featured' ? found : [...found].sort(comparators[order]);
}

const byTitle = (a: ShopProduct, b: ShopProduct) =>
  a.title.localeCompare(b.title, undefined, { numeric: true });

const comparators: Record<Exclude<ProductOrder, 'featured'>, (a: ShopProduct, b: ShopProduct) => number> = {
  'price-up': (a, b) => a.priceCents - b.priceCents || byTitle(a, b),
  'price-down': (a, b) => b.priceCents - a.priceCents || byTitle(a, b),
  title: byTitle,
};

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
