/** The lines of the bag with their products. */
import type { ShopProduct } from '../catalog/shop-product.ts';
import { useShop } from '../shop-context.ts';
import { useStore } from '../store.ts';
import { totals } from './bag.ts';

export interface BagRows {
  readonly rows: readonly { readonly product: ShopProduct; readonly quantity: number }[];
  /** One for each currency. */
  readonly totals: readonly { readonly currency: string; readonly priceCents: number }[];
  /** There are lines whose products are still on their way. */
  readonly isLoading: boolean;
}

export function useBagRows(): BagRows {
  const { bag, products } = useShop();
  const lines = useStore(bag.bag);
  const state = useStore(products.state);
  const rows = lines.flatMap(({ productId, quantity }) => {
    const product = products.known(productId);
    return product === undefined ? [] : [{ product, quantity }];
  });
  const isSettled = state.kind === 'failed' || (state.kind === 'ready' && state.isComplete);
  const known = rows.map(({ product }) => product);
  return { rows, totals: totals(lines, known), isLoading: rows.length < lines.length && !isSettled };
}
