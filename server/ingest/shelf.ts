/**
 * Files go into the piece store before the commit that needs them, and out of it after the commit that does not.
 * Both happen under one lock: a rendition shared by two images is never removed while the second is published.
 */
import { join } from 'node:path';
import type { MetainfoFile } from '../../shared/metainfo/metainfo.ts';
import type { DiskPieceStore } from '../../shared/node/store/disk-piece-store.ts';
import type { FileRoot } from '../../shared/units.ts';
import type { Catalog, NewImage, StoredImage } from '../catalog/catalog-api.ts';
import { createSerial, type Serial } from '../catalog/serial.ts';

export type ShelfStore = Pick<DiskPieceStore, 'adopt' | 'isComplete' | 'remove' | 'sweep'>;

export class Shelf {
  readonly #catalog: Catalog;
  readonly #store: ShelfStore;
  readonly #serial: Serial = createSerial();

  constructor(catalog: Catalog, store: ShelfStore) {
    this.#catalog = catalog;
    this.#store = store;
  }

  /** Renames the files out of `folder` into the store, then publishes. Takes them out again if that fails. */
  publish(files: readonly MetainfoFile[], folder: string, image: NewImage): Promise<StoredImage> {
    return this.#serial(async () => {
      try {
        for (const { name, lengthBytes, root } of files)
          if (!this.#store.isComplete(root))
            await this.#store.adopt({ root, lengthBytes }, join(folder, name));
        return await this.#catalog.publishImage(image);
      } catch (error) {
        await this.#removeUnused(files.map(({ root }) => root));
        throw error;
      }
    });
  }

  removeUnused(roots: readonly FileRoot[]): Promise<void> {
    return this.#serial(() => this.#removeUnused(roots));
  }

  sweep(): Promise<void> {
    return this.#serial(() => this.#store.sweep(this.#catalog.rootsInUse()));
  }

  async #removeUnused(roots: readonly FileRoot[]): Promise<void> {
    const inUse = this.#catalog.rootsInUse();
    for (const root of roots) if (!inUse.has(root)) await this.#store.remove(root);
  }
}
