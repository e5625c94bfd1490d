/** Every published image in memory: the image route asks for one on each request, the sweep for all roots. */
import type { FileRoot, ImageId } from '../../shared/units.ts';
import type { StoredImage } from './catalog-api.ts';

export class ImageIndex {
  readonly #images = new Map<ImageId, StoredImage>();
  /** Under null those that no product uses. */
  readonly #byProduct = new Map<string | null, StoredImage[]>();
  /** The same rendition may belong to several images: the same photo on two products. */
  readonly #rootUses = new Map<FileRoot, number>();

  get(id: ImageId): StoredImage | undefined {
    return this.#images.get(id);
  }

  all(): Iterable<StoredImage> {
    return this.#images.values();
  }

  /** In their places. @param productId null: those that no product uses */
  ofProduct(productId: string | null): readonly StoredImage[] {
    return this.#byProduct.get(productId) ?? [];
  }

  roots(): ReadonlySet<FileRoot> {
    return new Set(this.#rootUses.keys());
  }

  add(image: StoredImage): void {
    this.#images.set(image.id, image);
    this.#place(image);
    for (const { root } of image.renditions) this.#rootUses.set(root, (this.#rootUses.get(root) ?? 0) + 1);
  }

  /** Other words, another product or another place for the same set. */
  change(image: StoredImage): void {
    const before = this.#images.get(image.id);
    if (before) this.#displace(before);
    this.#images.set(image.id, image);
    this.#place(image);
  }

  remove(image: StoredImage): void {
    const known = this.#images.get(image.id);
    if (!known) return;
    this.#images.delete(image.id);
    this.#displace(known);
    for (const { root } of image.renditions) {
      const uses = (this.#rootUses.get(root) ?? 0) - 1;
      if (uses > 0) this.#rootUses.set(root, uses);
      else this.#rootUses.delete(root);
    }
  }

  #place(image: StoredImage): void {
    const images = [...this.ofProduct(image.productId), image];
    this.#byProduct.set(
      image.productId,
      images.sort((a, b) => a.position - b.position),
    );
  }

  #displace({ id, productId }: StoredImage): void {
    const left = this.ofProduct(productId).filter((other) => other.id !== id);
    if (left.length > 0) this.#byProduct.set(productId, left);
    else this.#byProduct.delete(productId);
  }
}
