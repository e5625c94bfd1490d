/** The products as the desk has them, and every change of them: shown at once where it can hardly fail. */
import type { AdminImage, AdminProduct, Spread } from '../../../../shared/api-types/admin.ts';
import type { Image, Product, ProductList } from '../../../../shared/api-types/catalog.ts';
import type { EdgeAcknowledgement } from '../../../../shared/api-types/status.ts';
import type { Answer, Refusal } from '../../answers/answer.ts';
import { createStore } from '../../store.ts';
import type { DeskApi } from '../api/desk-api.ts';
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

export interface PurgeAnswer {
  readonly entry: number | null;
  readonly edges: readonly EdgeAcknowledgement[];
}

/** A product that is gone, and what became of its photos. */
export interface DeletedProduct {
  readonly title: string;
  readonly photoCount: number;
  /** undefined: they are kept, without a product. */
  readonly purge: PurgeAnswer | undefined;
}

const path = (id: string): string => `/products/${encodeURIComponent(id)}`;

export class DeskProducts {
  readonly state = createStore<ProductsState>({ kind: 'loading' });
  readonly facts = createStore<ReadonlyMap<string, ImageFacts>>(new Map());
  /** The last one, until somebody has read of it. */
  readonly deleted = createStore<DeletedProduct | undefined>(undefined);
  readonly #api: DeskApi;

  constructor(api: DeskApi) {
    this.#api = api;
  }

  async load(): Promise<void> {
    if (this.state.get().kind === 'failed') this.state.set({ kind: 'loading' });
    const answer = await this.#api.call<ProductList>('GET', '/products');
    if (answer.ok) this.state.set({ kind: 'ready', products: answer.value.products });
    else if (this.state.get().kind !== 'ready') this.state.set({ kind: 'failed', refusal: answer.refusal });
  }

  forget(): void {
    this.state.set({ kind: 'loading' });
    this.facts.set(new Map());
    this.deleted.set(undefined);
  }

  /** One product anew, with what the desk alone is told. */
  async refresh(id: string): Promise<Answer<AdminProduct>> {
    const answer = await this.#api.call<AdminProduct>('GET', path(id));
    if (!answer.ok) {
      this.#forgetIfGone(id, answer.refusal);
      return answer;
    }
    this.#learn(answer.value.images.map((image) => [image.id, factsOf(image)]));
    this.#put({ ...answer.value });
    return answer;
  }

  /** @returns whether every image is on every edge */
  async refreshEdges(id: string): Promise<boolean> {
    interface Edges {
      readonly images: readonly { readonly id: string; readonly edges: Spread }[];
    }
    const answer = await this.#api.call<Edges>('GET', `${path(id)}/edges`);
    if (!answer.ok) return false;
    const { images } = answer.value;
    const facts = this.facts.get();
    this.#learn(
      images.map(({ id: image, edges }) => [
        image,
        { sourceBytes: facts.get(image)?.sourceBytes ?? null, edges },
      ]),
    );
    return images.every(({ edges }) => edges.holding >= edges.of);
  }

  /** @param key of the form that is sent: sent again, it makes no second product */
  async create(body: unknown, key: string): Promise<Answer<Product>> {
    const headers = { 'Idempotency-Key': key };
    const answer = await this.#api.call<Product>('POST', '/products', { body, headers });
    if (answer.ok) this.#put(answer.value);
    return answer;
  }

  async change(id: string, body: unknown): Promise<Answer<Product>> {
    const answer = await this.#api.call<Product>('PATCH', path(id), { body });
    if (answer.ok) this.#put(answer.value);
    return answer;
  }

  async remove({ id, title, images }: Product, keepImages: boolean): Promise<Answer<PurgeAnswer>> {
    const query = keepImages ? '?images=keep' : '';
    const answer = await this.#api.call<PurgeAnswer>('DELETE', `${path(id)}${query}`);
    if (!answer.ok) {
      this.#forgetIfGone(id, answer.refusal);
      return answer;
    }
    const purge = keepImages ? undefined : answer.value;
    this.deleted.set({ title, photoCount: images.length, purge });
    this.#change((products) => products.filter((product) => product.id !== id));
    return answer;
  }

  /** @param ids of all products, in their new order */
  async place(ids: readonly string[], movedId: string): Promise<Answer<unknown>> {
    const idsBefore = this.#products().map(({ id }) => id);
    this.#change((products) => inOrder(products, ids));
    const before = ids[ids.indexOf(movedId) + 1] ?? null;
    const answer = await this.#api.call('PUT', `${path(movedId)}/place`, { body: { before } });
    if (answer.ok) return answer;
    // What is shown is what is saved, also when the origin does not say what that is.
    this.#change((products) => inOrder(products, idsBefore));
    await this.load();
    return answer;
  }

  async orderImages(id: string, images: readonly string[]): Promise<Answer<Product>> {
    const before = this.#products().find((product) => product.id === id)?.images ?? [];
    this.#showOrder(id, images);
    const answer = await this.#api.call<Product>('PUT', `${path(id)}/order`, { body: { images } });
    if (answer.ok) return answer;
    const idsBefore = before.map((image) => image.id);
    this.#showOrder(id, idsBefore);
    await this.refresh(id);
    return answer;
  }

  /** An upload is ready. @returns whether the product is known, and did not have it before */
  addImage(productId: string, image: Image, sourceBytes: number | null): boolean {
    const product = this.#products().find(({ id }) => id === productId);
    const isNew = product !== undefined && !product.images.some(({ id }) => id === image.id);
    this.#learn([[image.id, { sourceBytes, edges: undefined }]]);
    this.#change((products) =>
      products.map((product) =>
        product.id === productId && !product.images.some(({ id }) => id === image.id)
          ? { ...product, images: [...product.images, image] }
          : product,
      ),
    );
    return isNew;
  }

  async changeImage(
    imageId: string,
    body: { alt?: string; product?: string | null },
  ): Promise<Answer<Image>> {
    const answer = await this.#api.call<Image>('PATCH', `/images/${imageId}`, { body });
    if (answer.ok && body.product === undefined) this.#putImage(answer.value);
    if (answer.ok && body.product === null) this.#dropImage(imageId);
    return answer;
  }

  async purge(imageId: string): Promise<Answer<PurgeAnswer>> {
    const answer = await this.#api.call<PurgeAnswer>('DELETE', `/images/${imageId}`);
    // Gone already is gone too.
    if (answer.ok || answer.refusal.code === 'image_unknown') this.#dropImage(imageId);
    return answer;
  }

  async unused(): Promise<Answer<readonly AdminImage[]>> {
    const answer = await this.#api.call<{ images: readonly AdminImage[] }>('GET', '/unused-images');
    if (!answer.ok) return answer;
    this.#learn(answer.value.images.map((image) => [image.id, factsOf(image)]));
    return { ok: true, value: answer.value.images };
  }

  #showOrder(productId: string, ids: readonly string[]): void {
    this.#change((products) =>
      products.map((product) =>
        product.id === productId ? { ...product, images: inOrder(product.images, ids) } : product,
      ),
    );
  }

  /** Somebody deleted it at another desk. */
  #forgetIfGone(id: string, { code }: Refusal): void {
    if (code === 'product_unknown')
      this.#change((products) => products.filter((product) => product.id !== id));
  }

  #products(): readonly Product[] {
    const state = this.state.get();
    return state.kind === 'ready' ? state.products : [];
  }

  #putImage(image: Image): void {
    this.#changeImages((images) => images.map((known) => (known.id === image.id ? image : known)));
  }

  #dropImage(id: string): void {
    this.#changeImages((images) => images.filter((image) => image.id !== id));
  }

  #changeImages(change: (images: readonly Image[]) => readonly Image[]): void {
    this.#change((products) => products.map((product) => ({ ...product, images: change(product.images) })));
  }

  #put(product: Product): void {
    this.#change((products) =>
      products.some(({ id }) => id === product.id)
        ? products.map((known) => (known.id === product.id ? product : known))
        : [...products, product],
    );
  }

  #change(change: (products: readonly Product[]) => readonly Product[]): void {
    const state = this.state.get();
    if (state.kind === 'ready') this.state.set({ kind: 'ready', products: change(state.products) });
  }

  #learn(facts: readonly (readonly [string, ImageFacts])[]): void {
    this.facts.set(new Map([...this.facts.get(), ...facts]));
  }
}

const factsOf = ({ sourceBytes, edges }: AdminImage): ImageFacts => ({ sourceBytes, edges });
