/** A price as the shopper's language writes it. */
import { formatPrice } from '../../../shared/money.ts';
import type { PageData } from '../page-data.ts';

type Priced = Pick<NonNullable<PageData['product']>, 'priceCents' | 'currency'>;

const written = new Map<string, string>();

export function priceWords(priceCents: number, currency: string): string {
  return written.get(keyOf({ priceCents, currency })) ?? formatPrice(priceCents, currency);
}

/** Prices that stand in the page need not be written again: the browser's first takes a slow phone 80 ms. */
export function keepWrittenPrices(page: ParentNode, { list, product }: PageData): void {
  if (product !== undefined) keep(product, page.querySelector('.product__price'));
  for (const listed of list?.products ?? [])
    keep(listed, page.querySelector(`[data-product-id="${CSS.escape(listed.id)}"] .card__price`));
}

function keep(product: Priced, element: Element | null): void {
  if (element?.textContent) written.set(keyOf(product), element.textContent);
}

function keyOf({ priceCents, currency }: Priced): string {
  return `${priceCents} ${currency}`;
}
