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
      /** The others were asked for and did not come; they are asked for again. */
      readonly isCutOff: boolean;
    };

export type ProductAnswer =
  | { readonly kind: 'found'; readonly product: ShopProduct }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed' };

/** Even a slow phone gets a large catalog within this time, or better a button to try again. */
const TIMEOUT_MS = 15_000;
/** A list that did not come is asked for again, each time after twice as long. */
const RETRY_FIRST_MS = 2_000;
const RETRY_LONGEST_MS = 30_000;

export class ProductStore {
  readonly state = createStore<ProductsState>({ kind: 'loading' });
  readonly #brought: ShopProduct | undefined;
  #loading: Promise<void> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pauseMs = RETRY_FIRST_MS;

  constructor({ list, product }: Pick<PageData, 'list' | 'product'>) {
    this.#brought = product;
    if (list !== undefined) this.state.set({ kind: 'ready', ...list, isCutOff: false });
  }

  /** Asks only for what the page did not bring, until it has come. */
  async loadMissing(): Promise<void> {
    const state = this.state.get();
    if (state.kind !== 'ready' || !state.isComplete) await this.#loadOnce();
  }

  /** Asked for by the shopper, who is to see it. After a failure, products that were shown stay. */
  load(): Promise<void> {
    if (this.state.get().kind === 'failed') this.state.set({ kind: 'loading' });
    return this.#loadOnce();
  }

  #loadOnce(): Promise<void> {
    clearTimeout(this.#retry);
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    const products = await fetchJson('/api/products').then(parseProductList, () => undefined);
    if (products !== undefined) {
      const categories = categoriesOf(products);
      this.state.set({ kind: 'ready', products, categories, isComplete: true, isCutOff: false });
      return;
    }
    const state = this.state.get();
    if (state.kind !== 'ready') this.state.set({ kind: 'failed' });
    else if (!state.isComplete) this.state.set({ ...state, isCutOff: true });
    this.#retry = setTimeout(() => void this.loadMissing(), this.#pauseMs);
    this.#pauseMs = Math.min(2 * this.#pauseMs, RETRY_LONGEST_MS);
  }

  /** As the list has it, which came later than the page. */
  known(id: string): ShopProduct | undefined {
    const state = this.state.get();
    const listed = state.kind === 'ready' ? state.products.find((product) => product.id === id) : undefined;
    return listed ?? (this.#brought?.id === id ? this.#brought : undefined);
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
