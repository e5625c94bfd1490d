/** The images that a worker may answer for by itself: published as far as the edge has told, and hot ones in memory. */
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import type { PartialSource, RenditionBody } from '../../shared/node/http/rendition-source.ts';
import type { FileRoot, ImageId } from '../../shared/units.ts';
import { MemoryCache } from '../images/memory-cache.ts';
import { wholeBody } from '../images/whole-body.ts';
import type { Use } from './messages.ts';

export class KnownImages implements PartialSource {
  readonly #images = new Map<ImageId, PublishedImage>();
  readonly #memory: MemoryCache;
  #used = new Map<Rendition, { readonly image: ImageId; times: number }>();

  /** @param memoryBytes most that renditions may take here */
  constructor(memoryBytes: number) {
    this.#memory = new MemoryCache(memoryBytes);
  }

  image(id: ImageId): PublishedImage | undefined {
    return this.#images.get(id);
  }

  add(image: PublishedImage): void {
    this.#images.set(image.id, image);
  }

  /** Nothing of it is served from here any more. */
  drop(id: ImageId, roots: readonly FileRoot[]): void {
    this.#images.delete(id);
    for (const root of roots) this.#memory.drop(root);
  }

  takes(lengthBytes: number): boolean {
    return this.#memory.takes(lengthBytes);
  }

  /** A file that the edge sent whole; served once the edge has told of its image. */
  keep(root: FileRoot, whole: Uint8Array): void {
    void this.#memory.load(root, async () => whole);
  }

  open(image: PublishedImage, rendition: Rendition): RenditionBody | undefined {
    const hot = this.#memory.get(rendition.root);
    if (hot === undefined) return undefined;
    this.#count(image, rendition);
    return wholeBody('memory', hot);
  }

  /** Answers from this memory since they were last taken. */
  takeUsed(): Use[] {
    const used = [...this.#used].map(([{ name }, { image, times }]): Use => [image, name, times]);
    this.#used = new Map();
    return used;
  }

  #count(image: PublishedImage, rendition: Rendition): void {
    const use = this.#used.get(rendition);
    if (use === undefined) this.#used.set(rendition, { image: image.id, times: 1 });
    else use.times++;
  }
}
