/** The shop for those without script: the same products, words and photos, as plain HTML. */
import type { Product } from '../../shared/api-types/catalog.ts';
import { listPath, productPath } from '../../shared/http/shop-paths.ts';
import { formatPrice } from '../../shared/money.ts';
import { type Html, html } from './html.ts';
import type { Shelf, ShelfItem } from './shelf.ts';

/** Full rows at two, three and four columns. */
export const PLAIN_PAGE_PRODUCTS = 48;
const WIDTHS = [320, 640, 960];

export interface PlainList extends Pick<Shelf, 'items' | 'categories'> {
  /** `items` are those of this one; empty: all. */
  readonly category: string;
  /** From 1. */
  readonly page: number;
}

export function plainList({ items, categories, category, page }: PlainList): Html {
  const from = (page - 1) * PLAIN_PAGE_PRODUCTS;
  const shown = items.slice(from, from + PLAIN_PAGE_PRODUCTS);
  return html`<main class="plain page">
    <h1>${category === '' ? 'Shoal Goods' : category}</h1>
    ${categories.length > 0 ? categoryLinks(categories, category) : undefined}
    ${shown.length === 0 ? html`<p>There are no products here yet.</p>` : undefined}
    <ul class="plain__list">${shown.map(listItem)}</ul>
    ${pageLinks(items.length, category, page)}
  </main>`;
}

export function plainProduct(product: Product): Html {
  return html`<main class="plain page">
    <p><a href="/">All products</a></p>
    <h1 dir="auto">${product.title}</h1>
    <p>${price(product)}</p>
    ${product.images.map((image) => photo(image, product.title, '(min-width: 760px) 640px, 100vw'))}
    <p class="plain__words" dir="auto">${product.description}</p>
  </main>`;
}

function listItem(product: ShelfItem): Html {
  const { image } = product;
  return html`<li>
    <a href="${productPath(product.id)}">
      ${image && photo(image, product.title, '(min-width: 760px) 320px, 50vw')}
      <span dir="auto">${product.title}</span>
    </a>
    <span>${price(product)}</span>
  </li>`;
}

/** Addresses without a format: the node answers with what the browser says it takes. */
function photo(
  { id, alt, width, height }: NonNullable<ShelfItem['image']>,
  title: string,
  sizes: string,
): Html {
  const urlOf = (wanted: number) => `/images/${id}?w=${wanted}`;
  return html`<img src="${urlOf(640)}" srcset="${WIDTHS.map((wanted) => `${urlOf(wanted)} ${wanted}w`).join(', ')}"
    sizes="${sizes}" width="${width}" height="${height}" loading="lazy" alt="${alt === '' ? title : alt}" />`;
}

function categoryLinks(categories: readonly string[], current: string): Html {
  const link = (category: string) =>
    html`<li><a href="${listPath(category)}"${category === current ? html` aria-current="page"` : undefined}>${
      category === '' ? 'All' : category
    }</a></li>`;
  return html`<nav aria-label="Categories"><ul class="plain__links">${['', ...categories].map(link)}</ul></nav>`;
}

function pageLinks(count: number, category: string, page: number): Html | undefined {
  const last = Math.ceil(count / PLAIN_PAGE_PRODUCTS);
  if (last <= 1) return undefined;
  const link = (number: number) =>
    html`<li><a href="${listPath(category, number)}"${number === page ? html` aria-current="page"` : undefined}>${number}</a></li>`;
  const pages = Array.from({ length: last }, (_, index) => index + 1);
  return html`<nav aria-label="Pages"><ul class="plain__links">${pages.map(link)}</ul></nav>`;
}

function price({ priceCents, currency }: Pick<Product, 'priceCents' | 'currency'>): string {
  return formatPrice(priceCents, currency, 'en');
}
