/**
 * Photos on their way, a few at a time. It knows neither the page nor the network: both come as ports. A photo whose
 * answer was lost is looked for at the origin before anybody is told that it failed.
 */
import type { AdminLimits, UploadAnswer } from '../../../../shared/api-types/admin.ts';
import type { Image } from '../../../../shared/api-types/catalog.ts';
import { canRetry } from '../../../../shared/http/problem.ts';
import type { ImageId } from '../../../../shared/units.ts';
import type { Answer, Refusal } from '../../answers/answer.ts';
import { createStore, type Store } from '../../store.ts';
import type { PhotoToSend, Sending } from '../api/send-photo.ts';
import { type ItemState, isUnderWay, refusalBefore, type UploadItem } from './upload-item.ts';

export interface UploadPorts {
  send(photo: PhotoToSend, progress: (sentBytes: number, totalBytes: number) => void): Sending;
  /** What the origin knows of an upload; undefined: it does not answer. */
  find(uploadId: string): Promise<UploadAnswer | 'unknown' | undefined>;
  image(imageId: string): Promise<Answer<Image>>;
  cancel(uploadId: string): Promise<unknown>;
  describe(uploadId: string, alt: string): Promise<unknown>;
  newId(): string;
  wait(ms: number): Promise<void>;
}

export interface QueueEvents {
  readonly ready: (item: UploadItem, image: Image) => void;
  /**
   * Nothing of this product is under way any more.
   * @param imageIds what became ready since the last time, in the order the files were added
   */
  readonly settled: (productId: string, imageIds: readonly ImageId[]) => void;
}

/** An item as lists need it: it changes only when the item's kind of state does. */
export interface ListedItem {
  readonly key: string;
  readonly productId: string;
  readonly kind: ItemState['kind'];
  readonly canRetry: boolean;
}

/** Requests open at once. Browsers have six connections for a host, and the desk's own calls need some. */
const OPEN_UPLOADS = 3;
/** How often a lost upload is looked for, and how long apart. */
const LOOKS = 5;
const LOOK_EVERY_MS = 1_000;
/** Without `Retry-After`. */
const BUSY_WAIT_MS = 5_000;

export class UploadQueue {
  readonly list = createStore<readonly ListedItem[]>([]);
  readonly #ports: UploadPorts;
  readonly #events: QueueEvents;
  readonly #items = new Map<string, Store<UploadItem>>();
  readonly #sending = new Map<string, Sending>();
  /** Became ready, and `settled` was not told yet. */
  readonly #unsettled = new Set<string>();
  #open = 0;
  #count = 0;

  constructor(ports: UploadPorts, events: QueueEvents) {
    this.#ports = ports;
    this.#events = events;
  }

  /** @throws nothing: what cannot be sent is in the list, with its reason */
  add(productId: string, files: readonly File[], limits: AdminLimits['photo']): void {
    for (const file of files) {
      const key = String(++this.#count);
      const state = refusalBefore(file, limits) ?? { kind: 'waiting' };
      this.#items.set(
        key,
        createStore<UploadItem>({ key, productId, file, alt: '', uploadId: undefined, state }),
      );
    }
    this.#listed();
    this.#next();
  }

  item(key: string): Store<UploadItem> | undefined {
    return this.#items.get(key);
  }

  get isBusy(): boolean {
    return this.list.get().some(({ kind }) => isUnderWay(kind));
  }

  /** By their present names at the origin. */
  openUploads(): readonly string[] {
    return [...this.#items.values()].flatMap((store) => {
      const { state, uploadId } = store.get();
      return uploadId !== undefined && isUnderWay(state.kind) ? [uploadId] : [];
    });
  }

  /** What the origin says of uploads; those that are not this page's are left alone. */
  heard(uploads: readonly UploadAnswer[]): void {
    const byId = new Map(uploads.map((upload) => [upload.id, upload]));
    for (const store of this.#items.values()) {
      const { uploadId, state, key } = store.get();
      const upload = uploadId === undefined ? undefined : byId.get(uploadId);
      if (upload?.state === 'processing' && isUnderWay(state.kind))
        this.#set(key, { kind: 'processing', done: upload.done, total: upload.total });
    }
  }

  /** Words for the image: with the photo if it waits, else after it. */
  setAlt(key: string, alt: string): void {
    const store = this.#items.get(key);
    const item = store?.get();
    if (!store || !item || item.alt === alt) return;
    store.set({ ...item, alt });
    if (item.uploadId !== undefined && item.state.kind !== 'failed')
      void this.#ports.describe(item.uploadId, alt);
  }

  retry(key: string): void {
    const state = this.#items.get(key)?.get().state;
    if (state?.kind !== 'failed' || !state.canRetry) return;
    this.#set(key, { kind: 'waiting' });
    this.#next();
  }

  retryFailed(productId: string): void {
    for (const { key, productId: of, kind } of this.list.get())
      if (of === productId && kind === 'failed') this.retry(key);
  }

  /** Stops it wherever it is, and takes it out of the list. */
  remove(key: string): void {
    const item = this.#items.get(key)?.get();
    if (!item) return;
    this.#items.delete(key);
    this.#sending.get(key)?.abort();
    // Once the body is there the origin works on without us.
    if (item.uploadId !== undefined && isUnderWay(item.state.kind)) void this.#ports.cancel(item.uploadId);
    this.#listed();
    this.#settle(item.productId);
  }

  clearReady(productId: string): void {
    for (const { key, productId: of, kind } of this.list.get())
      if (of === productId && kind === 'ready') this.#items.delete(key);
    this.#listed();
  }

  /** Signed out: nothing goes on. */
  clear(): void {
    for (const key of [...this.#items.keys()]) this.remove(key);
  }

  #next(): void {
    for (const [key, store] of this.#items) {
      if (this.#open >= OPEN_UPLOADS) return;
      if (store.get().state.kind === 'waiting' && store.get().uploadId === undefined)
        void this.#run(key, store);
    }
  }

  async #run(key: string, store: Store<UploadItem>): Promise<void> {
    this.#open += 1;
    const uploadId = this.#ports.newId();
    const { productId, file, alt } = store.get();
    const totalBytes = file.size;
    store.set({ ...store.get(), uploadId });
    this.#set(key, { kind: 'uploading', sentBytes: 0, totalBytes });
    const sending = this.#ports.send({ productId, uploadId, file, alt }, (sent, total) =>
      this.#set(
        key,
        sent < total
          ? { kind: 'uploading', sentBytes: sent, totalBytes: total }
          : { kind: 'processing', done: 0, total: 0 },
      ),
    );
    this.#sending.set(key, sending);
    const answer = await sending.answer;
    this.#sending.delete(key);
    await this.#ended(key, uploadId, answer);
    this.#open -= 1;
    this.#settle(productId);
    this.#next();
  }

  async #ended(key: string, uploadId: string, answer: Answer<Image>): Promise<void> {
    if (!this.#items.has(key)) return;
    if (answer.ok) return this.#ready(key, answer.value);
    const { refusal } = answer;
    if (refusal.code === 'ingest_busy') return this.#waitForRoom(key, refusal);
    // A browser that lost the answer may have sent the request again by itself.
    const isLost = refusal.status === 0 || refusal.code === 'upload_id_taken';
    const found = isLost ? await this.#lookFor(key, uploadId) : undefined;
    if (found) return this.#ready(key, found);
    this.#set(key, {
      kind: 'failed',
      code: refusal.code,
      detail: refusal.detail,
      canRetry: refusal.status === 0 || refusal.status === 401 || canRetry(refusal.status, refusal.code),
    });
  }

  /** The photo may have arrived, and only the answer been lost. */
  async #lookFor(key: string, uploadId: string): Promise<Image | undefined> {
    for (let look = 0; look < LOOKS && this.#items.has(key); look++) {
      const upload = await this.#ports.find(uploadId);
      const state = upload === 'unknown' ? upload : upload?.state;
      if (upload !== 'unknown' && upload?.state === 'ready') {
        const image = await this.#ports.image(upload.imageId);
        if (image.ok) return image.value;
      }
      if (state === 'failed') return undefined;
      // It never arrived, or half of it: the origin may just not have heard yet that the rest will not come.
      if ((state === 'unknown' || state === 'uploading') && look > 0) return undefined;
      // It is worked on: for as long as that takes.
      if (state === 'processing') look = 0;
      await this.#ports.wait(LOOK_EVERY_MS);
    }
    return undefined;
  }

  async #waitForRoom(key: string, { retryAfterSeconds }: Refusal): Promise<void> {
    const store = this.#items.get(key);
    if (store) store.set({ ...store.get(), state: { kind: 'waiting' } });
    this.#listed();
    await this.#ports.wait(retryAfterSeconds === undefined ? BUSY_WAIT_MS : retryAfterSeconds * 1_000);
    const now = this.#items.get(key);
    if (now) now.set({ ...now.get(), uploadId: undefined });
  }

  #ready(key: string, image: Image): void {
    const item = this.#items.get(key)?.get();
    if (!item) return;
    this.#set(key, { kind: 'ready', image });
    this.#unsettled.add(key);
    this.#events.ready(item, image);
  }

  #set(key: string, state: ItemState): void {
    const store = this.#items.get(key);
    if (!store) return;
    const before = store.get();
    // A failed one that is tried again gets a new name at the origin.
    const uploadId = state.kind === 'waiting' ? undefined : before.uploadId;
    store.set({ ...before, uploadId, state });
    if (before.state.kind !== state.kind) this.#listed();
  }

  #settle(productId: string): void {
    const ofProduct = [...this.#items.values()]
      .map((store) => store.get())
      .filter((item) => item.productId === productId);
    if (ofProduct.some(({ state }) => isUnderWay(state.kind))) return;
    const imageIds = ofProduct.flatMap(({ key, state }) =>
      state.kind === 'ready' && this.#unsettled.delete(key) ? [state.image.id] : [],
    );
    if (imageIds.length > 0) this.#events.settled(productId, imageIds);
  }

  #listed(): void {
    this.list.set(
      [...this.#items.values()].map((store) => {
        const { key, productId, state } = store.get();
        return { key, productId, kind: state.kind, canRetry: state.kind === 'failed' && state.canRetry };
      }),
    );
  }
}
