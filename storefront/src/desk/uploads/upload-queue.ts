/**
 * Photos on their way, a few at a time. It knows neither the page nor the network: both come as ports. A photo whose
 * answer was lost is looked for at the origin before anybody is told that it failed.
 */
import type { AdminLimits, UploadAnswer } from '../../../../shared/api-types/admin.ts';
import type { Image } from '../../../../shared/api-types/catalog.ts';
import type { Answer, Refusal } from '../../answers/answer.ts';
import { createStore, type Store } from '../../store.ts';
import type { Sending } from '../api/send-photo.ts';
import { findLost } from './find-lost.ts';
import {
  FILE_UNREADABLE,
  failedBy,
  type ItemState,
  isUnderWay,
  type ListedItem,
  listed,
  newItem,
  type UploadItem,
} from './upload-item.ts';
import type { QueueEvents, UploadPorts } from './upload-ports.ts';

/** Requests open at once. Browsers have six connections for a host, and the desk's own calls need some. */
const OPEN_UPLOADS = 3;
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
      this.#items.set(key, createStore(newItem(key, productId, file, limits)));
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
    if (!store || !item || (item.alt === alt && item.wordsProblem === undefined)) return;
    store.set({ ...item, alt });
    if (item.state.kind === 'ready') void this.#sendWords(key, item.state.image, alt);
    else if (item.uploadId !== undefined && item.state.kind !== 'failed')
      void this.#ports.describe(item.uploadId, alt);
  }

  /** Somebody ordered the photos of this product: those that are there stay where they were put. */
  placed(productId: string): void {
    for (const { key, productId: of } of this.list.get()) if (of === productId) this.#unsettled.delete(key);
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

  /** Stops it wherever it is, and takes it out of the list. @returns when the origin was told */
  async remove(key: string): Promise<void> {
    const item = this.#items.get(key)?.get();
    if (!item) return;
    this.#items.delete(key);
    this.#sending.get(key)?.abort();
    // Once the body is there the origin works on without us.
    const { uploadId } = item;
    const isOpen = uploadId !== undefined && isUnderWay(item.state.kind);
    const cancelled = isOpen ? this.#ports.cancel(uploadId) : undefined;
    this.#listed();
    this.#settle(item.productId);
    const answer = await cancelled;
    if (uploadId === undefined || !answer?.ok || answer.value.state === 'failed') return;
    // It may have been about to be published: then nobody could stop it, and it is to be seen.
    void findLost(this.#ports, uploadId, () => true).then(
      (image) => image && this.#events.ready(item, image),
    );
  }

  clearReady(productId: string): void {
    for (const { key, productId: of, kind } of this.list.get())
      if (of === productId && kind === 'ready') this.#items.delete(key);
    this.#listed();
  }

  /** Nothing goes on. @param productId default: of all products. @returns when the origin was told */
  async clear(productId?: string): Promise<void> {
    const items = this.list.get().filter((item) => productId === undefined || item.productId === productId);
    await Promise.all(items.map(({ key }) => this.remove(key)));
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
    const found = isLost ? await findLost(this.#ports, uploadId, () => this.#items.has(key)) : undefined;
    if (found) return this.#ready(key, found);
    const file = this.#items.get(key)?.get().file;
    const isGone = refusal.status === 0 && file !== undefined && !(await this.#ports.isReadable(file));
    this.#set(key, isGone ? FILE_UNREADABLE : failedBy(refusal));
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
    if (this.#events.ready(item, image)) this.#unsettled.add(key);
    // Words may have reached the origin before the photo did, which knew of no such upload then.
    if (item.alt !== '' && item.alt !== image.alt) void this.#sendWords(key, image, item.alt);
  }

  async #sendWords(key: string, image: Image, alt: string): Promise<void> {
    const answer = await this.#ports.words(image.id, alt);
    const store = this.#items.get(key);
    const wordsProblem = answer.ok ? undefined : answer.refusal.detail;
    if (store?.get().alt === alt) store.set({ ...store.get(), wordsProblem });
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
    this.list.set([...this.#items.values()].map((store) => listed(store.get())));
  }
}
