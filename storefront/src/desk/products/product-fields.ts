/** A product as a form has it, and as the API wants it. What is wrong with it is the API's to say, but for the price. */
import type { FieldProblem, Product } from '../../../../shared/api-types/catalog.ts';

export interface FormFields {
  readonly title: string;
  readonly description: string;
  readonly price: string;
  readonly currency: string;
  readonly category: string;
  /** With commas between them. */
  readonly tags: string;
}

export const EMPTY_FORM: FormFields = {
  title: '',
  description: '',
  price: '',
  currency: 'EUR',
  category: '',
  tags: '',
};

/** Names of the API's fields, and of the form's. */
const FORM_NAMES: Readonly<Record<string, keyof FormFields>> = {
  title: 'title',
  description: 'description',
  priceCents: 'price',
  currency: 'currency',
  category: 'category',
  tags: 'tags',
};

export function formOf(product: Product): FormFields {
  return {
    title: product.title,
    description: product.description,
    price: (product.priceCents / 100).toFixed(2),
    currency: product.currency,
    category: product.category,
    tags: product.tags.join(', '),
  };
}

/** A price that is none goes as it was written: the API names what it wants. */
export function bodyOf(form: FormFields): Record<string, unknown> {
  return {
    title: form.title,
    description: form.description,
    priceCents: centsOf(form.price),
    currency: form.currency.trim().toUpperCase(),
    category: form.category,
    tags: form.tags
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  };
}

/** `49`, `49.9` and `49,90` are cents without going through a fraction: 0.29 * 100 is not 29. */
function centsOf(price: string): number | string {
  const match = /^\s*(\d{1,12})(?:[.,](\d{1,2}))?\s*$/.exec(price);
  if (match === null) return price;
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

/**
 * The API's words, by field of the form; those of no field are under `''`. Of the price it speaks in whole cents, which
 * the form has not.
 */
export function problemsByField(
  errors: readonly FieldProblem[],
  maxPriceCents: number | undefined,
): ReadonlyMap<keyof FormFields | '', string> {
  const byField = new Map<keyof FormFields | '', string>();
  for (const { field, detail } of errors) {
    const name = FORM_NAMES[field.split('.')[0] ?? ''] ?? '';
    if (!byField.has(name)) byField.set(name, name === 'price' ? priceWanted(maxPriceCents) : detail);
  }
  return byField;
}

function priceWanted(maxCents: number | undefined): string {
  const most = maxCents === undefined ? '' : `, from 0 to ${(maxCents / 100).toLocaleString('en')}`;
  return `must be a number such as 49 or 49.90${most}`;
}
