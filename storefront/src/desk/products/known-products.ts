/** The products as the desk has them, and how that changes: nothing here asks the origin. */
import type { AdminImage, Spread } from '../../../../shared/api-types/admin.ts';
import type { Image, Product } from '../../../../shared/api-types/catalog.ts';
import type { Refusal } from '../../answers/answer.ts';
import { createStore } from '../../store.ts';
import { inOrder } from '../order/moved.ts';

export type ProductsState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly refusal: Refusal }
  | { readonly kind: 'ready'; readonly products: readonly Product[] };

/** What the desk knows of an image beyond the catalog. */
export interface ImageFacts {
  readonly sourceBytes: number | null;
  readonly edges: Spread | undefined;
}

export const factsOf = ({ sourceBytes, edges }: AdminImage): ImageFacts => ({ sourceBytes, edges });

export class KnownProducts {
  readonly state = createStore<ProductsState>({ kind: 'loading' });
  readonly facts = createStore<ReadonlyMap<string, ImageFacts>>(new Map());

  /** None before they are loaded. */
  get products(): readonly Product[] {
    const state = this.state.get();
    return state.kind === 'ready' ? state.products : [];
  }

  product(id: string): Product | undefined {
    return this.products.find((product) => product.id === id);
  }

  forget(): void {
    this.state.set({ kind: 'loading' });
    this.facts.set(new Map());
  }

  /** As the origin has it now; a new one is the last. */
  put(product: Product): void {
    this.#change((products) =>
      products.some(({ id }) => id === product.id)
        ? products.map((known) => (known.id === product.id ? product : known))
        : [...products, product],
    );
  }

  drop(id: string): void {
    this.#change((products) => products.filter((product) => product.id !== id));
  }

  order(ids: readonly string[]): void {
    this.#change((products) => inOrder(products, ids));
  }

  orderImages(productId: string, ids: readonly string[]): void {
    this.#change((products) =>
      products.map((product) =>
        product.id === productId ? { ...product, images: inOrder(product.images, ids) } : product,
      ),
    );
  }

  /** @returns whether the product is known, and did not have it before */
  addImage(productId: string, image: Image): boolean {
    const product = this.product(productId);
    if (product === undefined || product.images.some(({ id }) => id === image.id)) return false;
    this.put({ ...product, images: [...product.images, image] });
    return true;
  }

  putImage(image: Image): void {
    this.#changeImages((images) => images.map((known) => (known.id === image.id ? image : known)));
  }

  dropImage(id: string): void {
    this.#changeImages((images) => images.filter((image) => image.id !== id));
  }

  /** Of some images; what was known of others stays. */
  learn(facts: readonly (readonly [imageId: string, ImageFacts])[]): void {
    this.facts.set(new Map([...this.facts.get(), ...facts]));
  }

  #changeImages(change: (images: readonly Image[]) => readonly Image[]): void {
    this.#change((products) => products.map((product) => ({ ...product, images: change(product.images) })));
  }

  #change(change: (products: readonly Product[]) => readonly Product[]): void {
    const state = this.state.get();
    if (state.kind === 'ready') this.state.set({ kind: 'ready', products: change(state.products) });
  }
}
