/**
 * The photos of a queue: each is a store of its own, for progress comes often; the list of all changes only when a photo
 * comes, goes, or changes its kind of state.
 */
import { createStore, type Store } from '../../store.ts';
import { type ListedItem, listed, type UploadItem } from './upload-item.ts';

export class ItemStores {
  /** In the order they were added. */
  readonly list = createStore<readonly ListedItem[]>([]);
  readonly #stores = new Map<string, Store<UploadItem>>();

  add(items: readonly UploadItem[]): void {
    for (const item of items) this.#stores.set(item.key, createStore(item));
    this.#listAll();
  }

  store(key: string): Store<UploadItem> | undefined {
    return this.#stores.get(key);
  }

  get(key: string): UploadItem | undefined {
    return this.#stores.get(key)?.get();
  }

  has(key: string): boolean {
    return this.#stores.has(key);
  }

  all(): readonly UploadItem[] {
    return [...this.#stores.values()].map((store) => store.get());
  }

  /** One that was removed meanwhile stays away. */
  change(key: string, fields: Partial<Omit<UploadItem, 'key'>>): void {
    const store = this.#stores.get(key);
    if (!store) return;
    const before = store.get();
    const after = { ...before, ...fields };
    store.set(after);
    if (before.state.kind !== after.state.kind) this.#listAll();
  }

  remove(keys: readonly string[]): void {
    for (const key of keys) this.#stores.delete(key);
    this.#listAll();
  }

  #listAll(): void {
    this.list.set(this.all().map(listed));
  }
}
