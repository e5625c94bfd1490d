/** Which photos are on the page and where each came from: what the image sources panel shows. */
import type { ImageSource } from '../edges/rank.ts';
import { createStore } from '../store.ts';
import type { ImageTiming } from './image-timing.ts';

export interface LoggedImage {
  readonly key: number;
  readonly imageId: string;
  readonly alt: string;
  /** Undefined while it has not come. */
  readonly source: ImageSource | undefined;
  readonly timing: ImageTiming | undefined;
}

export interface SourceCount {
  readonly source: ImageSource;
  readonly images: number;
}

export class ImageLog {
  readonly images = createStore<readonly LoggedImage[]>([]);
  /** Where each image came from in this visit; its bytes are then in the browser's cache under that URL. */
  readonly #lastUrl = new Map<string, string>();
  #inPage: string | undefined;
  #nextKey = 1;

  enter(imageId: string, alt: string): number {
    const key = this.#nextKey++;
    this.images.set([...this.images.get(), { key, imageId, alt, source: undefined, timing: undefined }]);
    return key;
  }

  leave(key: number): void {
    this.images.set(this.images.get().filter((image) => image.key !== key));
  }

  shown(key: number, source: ImageSource, timing?: ImageTiming): void {
    this.#update(key, source, timing);
    const image = this.images.get().find((candidate) => candidate.key === key);
    if (image !== undefined) this.#lastUrl.set(image.imageId, source.url);
  }

  gone(key: number): void {
    this.#update(key, undefined, undefined);
  }

  /** Its bytes are on their way from there; `standsInPage`: to a `<picture>` that is to be taken over. */
  preloading(imageId: string, url: string, standsInPage: boolean): void {
    this.#lastUrl.set(imageId, url);
    if (standsInPage) this.#inPage = imageId;
  }

  /** Once: whoever asks takes it over. */
  takeFromPage(imageId: string): boolean {
    if (this.#inPage !== imageId) return false;
    this.#inPage = undefined;
    return true;
  }

  lastUrl(imageId: string): string | undefined {
    return this.#lastUrl.get(imageId);
  }

  #update(key: number, source: ImageSource | undefined, timing: ImageTiming | undefined): void {
    this.images.set(
      this.images.get().map((image) => (image.key === key ? { ...image, source, timing } : image)),
    );
  }
}

/** Most images first. */
export function countSources(images: readonly LoggedImage[]): SourceCount[] {
  const counts = new Map<string, SourceCount>();
  for (const { source } of images) {
    if (source === undefined) continue;
    counts.set(source.url, { source, images: (counts.get(source.url)?.images ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.images - a.images || (a.source.name < b.source.name ? -1 : 1));
}
