/** The lines of the bag with their products. */
import type { ShopProduct } from '../catalog/shop-product.ts';
import { useShop } from '../shop-context.ts';
import { useStore } from '../store.ts';
import { totals } from './bag.ts';

/** Why lines have no product: it is on its way, the shop does not answer, or it is sold no longer. */
export type BagGap = 'none' | 'coming' | 'unreachable' | 'gone';

export interface BagRows {
  readonly rows: readonly { readonly product: ShopProduct; readonly quantity: number }[];
  /** One for each currency. */
  readonly totals: readonly { readonly currency: string; readonly priceCents: number }[];
  readonly gap: BagGap;
  /** Products of the lines without one. */
  readonly missingIds: readonly string[];
}

export function useBagRows(): BagRows {
  const { bag, products } = useShop();
  const lines = useStore(bag.bag);
  const state = useStore(products.state);
  const rows = lines.flatMap(({ productId, quantity }) => {
    const product = products.known(productId);
    return product === undefined ? [] : [{ product, quantity }];
  });
  const known = rows.map(({ product }) => product);
  const knownIds = new Set(known.map(({ id }) => id));
  const missingIds = lines.map(({ productId }) => productId).filter((id) => !knownIds.has(id));
  return { rows, totals: totals(lines, known), gap: missingIds.length === 0 ? 'none' : gapOf(), missingIds };

  function gapOf(): BagGap {
    if (state.kind === 'ready' && state.isComplete) return 'gone';
    return state.kind === 'failed' || (state.kind === 'ready' && state.isCutOff) ? 'unreachable' : 'coming';
  }
}
