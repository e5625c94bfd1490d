/** The bag as plain values. It never leaves this browser: the shop is a sample and sells nothing. */
import { isRecord } from '../edges/known-edge.ts';

export interface BagLine {
  readonly productId: string;
  readonly quantity: number;
}

export type Bag = readonly BagLine[];

const LINES_MAX = 100;
export const QUANTITY_MAX = 99;

/** Zero takes the product out. */
export function withQuantity(bag: Bag, productId: string, quantity: number): Bag {
  const bounded = Math.max(0, Math.min(QUANTITY_MAX, quantity));
  const there = bag.some((line) => line.productId === productId);
  if (bounded === 0) return bag.filter((line) => line.productId !== productId);
  if (!there) return [...bag, { productId, quantity: bounded }].slice(-LINES_MAX);
  return bag.map((line) => (line.productId === productId ? { productId, quantity: bounded } : line));
}

export function quantityOf(bag: Bag, productId: string): number {
  return bag.find((line) => line.productId === productId)?.quantity ?? 0;
}

export function itemCount(bag: Bag): number {
  return bag.reduce((sum, line) => sum + line.quantity, 0);
}

export interface Priced {
  readonly id: string;
  readonly priceCents: number;
  readonly currency: string;
}

/** One total per currency, in the order of the bag; products that are no longer sold count nothing. */
export function totals(bag: Bag, products: readonly Priced[]): { currency: string; priceCents: number }[] {
  const byId = new Map(products.map((product) => [product.id, product]));
  const sums = new Map<string, number>();
  for (const { productId, quantity } of bag) {
    const product = byId.get(productId);
    if (product === undefined) continue;
    sums.set(product.currency, (sums.get(product.currency) ?? 0) + product.priceCents * quantity);
  }
  return [...sums].map(([currency, priceCents]) => ({ currency, priceCents }));
}

/** What storage holds may be anything; lines of another form are dropped. */
export function parseBag(text: string | null): Bag {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(stored)) return [];
  return stored.reduce<Bag>((bag, line) => {
    if (!isRecord(line) || typeof line.productId !== 'string' || !Number.isSafeInteger(line.quantity))
      return bag;
    return withQuantity(bag, line.productId, line.quantity as number);
  }, []);
}
