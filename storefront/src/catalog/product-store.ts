/** The products: what the page brought along, the whole list from the origin, kept for as long as the page is open. */
import type { PageData } from '../page-data.ts';
import { createStore } from '../store.ts';
import { categoriesOf } from './find-products.ts';
import { parseProduct, parseProductList, type ShopProduct } from './shop-product.ts';

export type ProductsState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  | {
      readonly kind: 'ready';
      readonly products: readonly ShopProduct[];
      readonly categories: readonly string[];
      /** False: these are the first, and the others are on their way. */
      readonly isComplete: boolean;
    };

export type ProductAnswer =
  | { readonly kind: 'found'; readonly product: ShopProduct }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed' };

/** Even a slow phone gets a large catalog within this time, or better a button to try again. */
const TIMEOUT_MS = 15_000;

export class ProductStore {
  readonly state = createStore<ProductsState>({ kind: 'loading' });
  readonly #brought: ShopProduct | undefined;
  #loading: Promise<void> = Promise.resolve();

  constructor({ list, product }: Pick<PageData, 'list' | 'product'>) {
    this.#brought = product;
    if (list !== undefined) this.state.set({ kind: 'ready', ...list });
  }

  /** Asks only for what the page did not bring. */
  async loadMissing(): Promise<void> {
    const state = this.state.get();
    if (state.kind !== 'ready' || !state.isComplete) await this.load();
  }

  /** After a failure, products that were shown stay. */
  load(): Promise<void> {
    this.#loading = this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    if (this.state.get().kind === 'failed') this.state.set({ kind: 'loading' });
    const products = await fetchJson('/api/products').then(parseProductList, () => undefined);
    if (products !== undefined)
      this.state.set({ kind: 'ready', products, categories: categoriesOf(products), isComplete: true });
    else if (this.state.get().kind !== 'ready') this.state.set({ kind: 'failed' });
  }

  known(id: string): ShopProduct | undefined {
    if (this.#brought?.id === id) return this.#brought;
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
      if (error instanceof NotFound) return { kind: 'unknown' };
      // Without a network the list may still be there, kept from an earlier visit.
      await this.#loading;
      const listed = this.known(id);
      return listed === undefined ? { kind: 'failed' } : { kind: 'found', product: listed };
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
