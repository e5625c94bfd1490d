/** Search, shelves and order of the grid. */
import type { ShopProduct } from './shop-product.ts';

export type ProductOrder = 'featured' | 'price-up' | 'price-down' | 'title';

export const PRODUCT_ORDERS: readonly { readonly order: ProductOrder; readonly label: string }[] = [
  { order: 'featured', label: 'Featured' },
  { order: 'price-up', label: 'Lowest price' },
  { order: 'price-down', label: 'Highest price' },
  { order: 'title', label: 'Name' },
];

/** What the shopper looks for. It stands in the address, so that a view can be shared. */
export interface ProductView {
  readonly search: string;
  /** Empty: all. */
  readonly category: string;
  readonly order: ProductOrder;
}

export function parseProductView(query: string): ProductView {
  const fields = new URLSearchParams(query);
  const order = parseProductOrder(fields.get('sort'));
  return { search: fields.get('q') ?? '', category: fields.get('category') ?? '', order };
}

export function productViewPath({ search, category, order }: ProductView): string {
  const query = new URLSearchParams();
  if (category !== '') query.set('category', category);
  if (search.trim() !== '') query.set('q', search.trim());
  if (order !== 'featured') query.set('sort', order);
  return query.size === 0 ? '/' : `/?${query}`;
}

export function parseProductOrder(text: string | null): ProductOrder {
  return PRODUCT_ORDERS.find(({ order }) => order === text)?.order ?? 'featured';
}

/** In the order of their first products; products of none add none. */
export function categoriesOf(products: readonly ShopProduct[]): readonly string[] {
  return [...new Set(products.map(({ category }) => category))].filter((category) => category !== '');
}

/** Products of the shelf that hold every word of the search in title or description; case and accents do not matter. */
export function findProducts(
  products: readonly ShopProduct[],
  { search, category, order }: ProductView,
): readonly ShopProduct[] {
  const words = fold(search).split(/\s+/).filter(Boolean);
  const found = products.filter((product) => {
    if (category !== '' && product.category !== category) return false;
    if (words.length === 0) return true;
    const text = fold(`${product.title} ${product.description}`);
    return words.every((word) => text.includes(word));
  });
  return order === 'featured' ? found : found.sort(comparators[order]);
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
