/** The products, fetched from the origin and kept for as long as the page is open. */
import { createStore } from '../store.ts';
import { parseProduct, parseProductList, type ShopProduct } from './shop-product.ts';

export type ProductsState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'ready'; readonly products: readonly ShopProduct[] };

export type ProductAnswer =
  | { readonly kind: 'found'; readonly product: ShopProduct }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed' };

/** Even a slow phone gets a large catalog within this time, or better a button to try again. */
const TIMEOUT_MS = 15_000;

export class ProductStore {
  readonly state = createStore<ProductsState>({ kind: 'loading' });

  /** After a failure, products that were shown stay. */
  async load(): Promise<void> {
    if (this.state.get().kind === 'failed') this.state.set({ kind: 'loading' });
    const products = await fetchJson('/api/products').then(parseProductList, () => undefined);
    if (products !== undefined) this.state.set({ kind: 'ready', products });
    else if (this.state.get().kind !== 'ready') this.state.set({ kind: 'failed' });
  }

  known(id: string): ShopProduct | undefined {
    const state = this.state.get();
    return state.kind === 'ready' ? state.products.find((product) => product.id === id) : undefined;
  }

  /** One product, from the list when that is there, else from the origin. */
  async product(id: string): Promise<ProductAnswer> {
    const known = this.known(id);
    if (known !== undefined) return { kind: 'found', product: known };
    try {
      const product = parseProduct(await fetchJson(`/api/products/${encodeURIComponent(id)}`));
      return product === undefined ? { kind: 'failed' } : { kind: 'found', product };
    } catch (error) {
      return error instanceof NotFound ? { kind: 'unknown' } : { kind: 'failed' };
    }
  }
}

class NotFound extends Error {}

async function fetchJson(path: string): Promise<unknown> {
  const response = await fetch(path, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status === 404) throw new NotFound(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}
