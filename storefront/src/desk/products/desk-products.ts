/** What the desk asks of the origin about products and their images; what can hardly fail is shown before the answer. */
import type { AdminImage, AdminProduct, Spread } from '../../../../shared/api-types/admin.ts';
import type { Image, Product, ProductList } from '../../../../shared/api-types/catalog.ts';
import type { EdgeAcknowledgement } from '../../../../shared/api-types/status.ts';
import type { Answer, Refusal } from '../../answers/answer.ts';
import { createStore } from '../../store.ts';
import type { CallOptions, DeskApi } from '../api/desk-api.ts';
import { factsOf, KnownProducts } from './known-products.ts';

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
  readonly #known = new KnownProducts();
  readonly state = this.#known.state;
  readonly facts = this.#known.facts;
  /** The last one, until somebody has read of it. */
  readonly deleted = createStore<DeletedProduct | undefined>(undefined);
  readonly #api: DeskApi;
  /** Changes that the origin was told of and has not answered yet. */
  #underWay = 0;

  constructor(api: DeskApi) {
    this.#api = api;
  }

  async load(): Promise<void> {
    if (this.state.get().kind === 'failed') this.state.set({ kind: 'loading' });
    const answer = await this.#api.call<ProductList>('GET', '/products');
    if (answer.ok) this.state.set({ kind: 'ready', products: answer.value.products });
    else if (this.state.get().kind !== 'ready') this.state.set({ kind: 'failed', refusal: answer.refusal });
  }

  /**
   * Anew, for somebody who comes back to them: another desk may have changed them. What stands stays when no answer
   * comes, and when it was changed here meanwhile: the answer may be from before that.
   */
  async loadAgain(): Promise<void> {
    const before = this.state.get();
    if (before.kind !== 'ready' || this.#underWay > 0) return;
    const answer = await this.#api.call<ProductList>('GET', '/products');
    if (!answer.ok || this.#underWay > 0 || this.state.get() !== before) return;
    this.state.set({ kind: 'ready', products: answer.value.products });
  }

  forget(): void {
    this.#known.forget();
    this.deleted.set(undefined);
  }

  /** One product anew, with what the desk alone is told. */
  async refresh(id: string): Promise<Answer<AdminProduct>> {
    const answer = await this.#api.call<AdminProduct>('GET', path(id));
    if (!answer.ok) {
      this.#forgetIfGone(id, answer.refusal);
      return answer;
    }
    this.#known.learn(answer.value.images.map((image) => [image.id, factsOf(image)]));
    this.#known.put({ ...answer.value });
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
    this.#known.learn(
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
    const answer = await this.#tell<Product>('POST', '/products', { body, headers });
    if (answer.ok) this.#known.put(answer.value);
    return answer;
  }

  async change(id: string, body: unknown): Promise<Answer<Product>> {
    const answer = await this.#tell<Product>('PATCH', path(id), { body });
    if (answer.ok) this.#known.put(answer.value);
    return answer;
  }

  async remove({ id, title, images }: Product, keepImages: boolean): Promise<Answer<PurgeAnswer>> {
    const query = keepImages ? '?images=keep' : '';
    const answer = await this.#tell<PurgeAnswer>('DELETE', `${path(id)}${query}`);
    if (!answer.ok) {
      this.#forgetIfGone(id, answer.refusal);
      return answer;
    }
    const purge = keepImages ? undefined : answer.value;
    this.deleted.set({ title, photoCount: images.length, purge });
    this.#known.drop(id);
    return answer;
  }

  /** @param ids of all products, in their new order */
  async place(ids: readonly string[], movedId: string): Promise<Answer<unknown>> {
    const idsBefore = this.#known.products.map(({ id }) => id);
    this.#known.order(ids);
    const before = ids[ids.indexOf(movedId) + 1] ?? null;
    const answer = await this.#tell('PUT', `${path(movedId)}/place`, { body: { before } });
    if (answer.ok) return answer;
    // What is shown is what is saved, also when the origin does not say what that is.
    this.#known.order(idsBefore);
    await this.load();
    return answer;
  }

  async orderImages(id: string, images: readonly string[]): Promise<Answer<Product>> {
    const before = this.#known.product(id)?.images ?? [];
    this.#known.orderImages(id, images);
    const answer = await this.#tell<Product>('PUT', `${path(id)}/order`, { body: { images } });
    if (answer.ok) return answer;
    const idsBefore = before.map((image) => image.id);
    this.#known.orderImages(id, idsBefore);
    await this.refresh(id);
    return answer;
  }

  /** An upload is ready. @returns whether the product is known, and did not have it before */
  addImage(productId: string, image: Image, sourceBytes: number | null): boolean {
    this.#known.learn([[image.id, { sourceBytes, edges: undefined }]]);
    return this.#known.addImage(productId, image);
  }

  async changeImage(
    imageId: string,
    body: { alt?: string; product?: string | null },
  ): Promise<Answer<Image>> {
    const answer = await this.#tell<Image>('PATCH', `/images/${imageId}`, { body });
    if (answer.ok && body.product === undefined) this.#known.putImage(answer.value);
    if (answer.ok && body.product === null) this.#known.dropImage(imageId);
    return answer;
  }

  async purge(imageId: string): Promise<Answer<PurgeAnswer>> {
    const answer = await this.#tell<PurgeAnswer>('DELETE', `/images/${imageId}`);
    // Gone already is gone too.
    if (answer.ok || answer.refusal.code === 'image_unknown') this.#known.dropImage(imageId);
    return answer;
  }

  async unused(): Promise<Answer<readonly AdminImage[]>> {
    const answer = await this.#api.call<{ images: readonly AdminImage[] }>('GET', '/unused-images');
    if (!answer.ok) return answer;
    this.#known.learn(answer.value.images.map((image) => [image.id, factsOf(image)]));
    return { ok: true, value: answer.value.images };
  }

  async #tell<Value>(method: string, at: string, options?: CallOptions): Promise<Answer<Value>> {
    this.#underWay++;
    const answer = await this.#api.call<Value>(method, at, options);
    this.#underWay--;
    return answer;
  }

  /** Somebody deleted it at another desk. */
  #forgetIfGone(id: string, { code }: Refusal): void {
    if (code === 'product_unknown') this.#known.drop(id);
  }
}
