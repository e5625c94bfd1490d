/** Every published image in memory: the image route asks for one on each request, the sweep for all roots. */
import type { FileRoot, ImageId } from '../../shared/units.ts';
import type { StoredImage } from './catalog-api.ts';

export class ImageIndex {
  readonly #images = new Map<ImageId, StoredImage>();
  readonly #byProduct = new Map<string, StoredImage[]>();
  /** The same rendition may belong to several images: the same photo on two products. */
  readonly #rootUses = new Map<FileRoot, number>();

  get(id: ImageId): StoredImage | undefined {
    return this.#images.get(id);
  }

  all(): Iterable<StoredImage> {
    return this.#images.values();
  }

  /** In their places. */
  ofProduct(productId: string): readonly StoredImage[] {
    return this.#byProduct.get(productId) ?? [];
  }

  roots(): ReadonlySet<FileRoot> {
    return new Set(this.#rootUses.keys());
  }

  add(image: StoredImage): void {
    this.#images.set(image.id, image);
    const images = [...this.ofProduct(image.productId), image];
    this.#byProduct.set(
      image.productId,
      images.sort((a, b) => a.position - b.position),
    );
    for (const { root } of image.renditions) this.#rootUses.set(root, (this.#rootUses.get(root) ?? 0) + 1);
  }

  /** Other words for the same set; it keeps its place in every order. */
  change(image: StoredImage): void {
    this.#images.set(image.id, image);
    const images = this.ofProduct(image.productId).map((other) => (other.id === image.id ? image : other));
    this.#byProduct.set(image.productId, images);
  }

  remove(image: StoredImage): void {
    if (!this.#images.delete(image.id)) return;
    const left = this.ofProduct(image.productId).filter(({ id }) => id !== image.id);
    if (left.length > 0) this.#byProduct.set(image.productId, left);
    else this.#byProduct.delete(image.productId);
    for (const { root } of image.renditions) {
      const uses = (this.#rootUses.get(root) ?? 0) - 1;
      if (uses > 0) this.#rootUses.set(root, uses);
      else this.#rootUses.delete(root);
    }
  }
}
