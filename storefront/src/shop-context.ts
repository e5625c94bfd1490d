/** What every part of the page may need, made once in main.tsx. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { BagStore } from './bag/bag-store.ts';
import type { ProductStore } from './catalog/product-store.ts';
import type { EdgeWatch } from './edges/edge-watch.ts';
import type { ImageLog } from './images/image-log.ts';

export interface Shop {
  readonly products: ProductStore;
  readonly edgeWatch: EdgeWatch;
  readonly imageLog: ImageLog;
  readonly bag: BagStore;
}

export const ShopContext = createContext<Shop | undefined>(undefined);

export function useShop(): Shop {
  const shop = useContext(ShopContext);
  if (shop === undefined) throw new Error('useShop outside of ShopContext');
  return shop;
}
