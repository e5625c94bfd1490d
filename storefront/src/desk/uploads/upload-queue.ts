/**
 * Photos on their way, a few at a time. It knows neither the page nor the network: both come as ports. A photo whose
 * answer was lost is looked for at the origin before anybody is told that it failed.
 */
import type { AdminLimits, UploadAnswer } from '../../../../shared/api-types/admin.ts';
import type { Image } from '../../../../shared/api-types/catalog.ts';
import type { Answer, Refusal } from '../../answers/answer.ts';
import type { Store } from '../../store.ts';
import type { Sending } from '../api/send-photo.ts';
import { findLost } from './find-lost.ts';
import { ItemStores } from './item-stores.ts';
import { FILE_UNREADABLE, failedBy, isUnderWay, newItem, type UploadItem } from './upload-item.ts';
import type { QueueEvents, UploadPorts } from './upload-ports.ts';

/** Requests open at once. Browsers have six connections for a host, and the desk's own calls need some. */
const OPEN_UPLOADS = 3;
/** Without `Retry-After`. */
const BUSY_WAIT_MS = 5_000;

export class UploadQueue {
  readonly #ports: UploadPorts;
  readonly #events: QueueEvents;
  readonly #items = new ItemStores();
  readonly list = this.#items.list;
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
    this.#items.add(files.map((file) => newItem(String(++this.#count), productId, file, limits)));
    this.#next();
  }

  item(key: string): Store<UploadItem> | undefined {
    return this.#items.store(key);
  }

  get isBusy(): boolean {
    return this.list.get().some(({ kind }) => isUnderWay(kind));
  }

  /** By their present names at the origin. */
  openUploads(): readonly string[] {
    return this.#items
      .all()
      .flatMap(({ state, uploadId }) => (uploadId !== undefined && isUnderWay(state.kind) ? [uploadId] : []));
  }

  /** What the origin says of uploads; those that are not this page's are left alone. */
  heard(uploads: readonly UploadAnswer[]): void {
    const byId = new Map(uploads.map((upload) => [upload.id, upload]));
    for (const { uploadId, state, key } of this.#items.all()) {
      const upload = uploadId === undefined ? undefined : byId.get(uploadId);
      if (upload?.state === 'processing' && isUnderWay(state.kind))
        this.#items.change(key, { state: { kind: 'processing', done: upload.done, total: upload.total } });
    }
  }

  /** Words for the image: with the photo if it waits, else after it. */
  setAlt(key: string, alt: string): void {
    const item = this.#items.get(key);
    if (!item || (item.alt === alt && item.wordsProblem === undefined)) return;
    this.#items.change(key, { alt });
    if (item.state.kind === 'ready') void this.#sendWords(key, item.state.image, alt);
    else if (item.uploadId !== undefined && item.state.kind !== 'failed')
      void this.#ports.describe(item.uploadId, alt);
  }

  /** Somebody ordered the photos of this product: those that are there stay where they were put. */
  placed(productId: string): void {
    for (const { key, productId: of } of this.list.get()) if (of === productId) this.#unsettled.delete(key);
  }

  retry(key: string): void {
    const state = this.#items.get(key)?.state;
    if (state?.kind !== 'failed' || !state.canRetry) return;
    // It gets a new name at the origin.
    this.#items.change(key, { state: { kind: 'waiting' }, uploadId: undefined });
    this.#next();
  }

  retryFailed(productId: string): void {
    for (const { key, productId: of, kind } of this.list.get())
      if (of === productId && kind === 'failed') this.retry(key);
  }

  /** Stops it wherever it is, and takes it out of the list. @returns when the origin was told */
  async remove(key: string): Promise<void> {
    const item = this.#items.get(key);
    if (!item) return;
    this.#items.remove([key]);
    this.#sending.get(key)?.abort();
    // Once the body is there the origin works on without us.
    const { uploadId } = item;
    const isOpen = uploadId !== undefined && isUnderWay(item.state.kind);
    const cancelled = isOpen ? this.#ports.cancel(uploadId) : undefined;
    this.#settle(item.productId);
    const answer = await cancelled;
    if (uploadId === undefined || !answer?.ok || answer.value.state === 'failed') return;
    // It may have been about to be published: then nobody could stop it, and it is to be seen.
    void findLost(this.#ports, uploadId, () => true).then(
      (image) => image && this.#events.ready(item, image),
    );
  }

  clearEnded(productId: string, end: 'ready' | 'failed'): void {
    const ended = this.list.get().filter(({ productId: of, kind }) => of === productId && kind === end);
    this.#items.remove(ended.map(({ key }) => key));
  }

  /** Nothing goes on. @param productId default: of all products. @returns when the origin was told */
  async clear(productId?: string): Promise<void> {
    const items = this.list.get().filter((item) => productId === undefined || item.productId === productId);
    await Promise.all(items.map(({ key }) => this.remove(key)));
  }

  #next(): void {
    for (const item of this.#items.all()) {
      if (this.#open >= OPEN_UPLOADS) return;
      if (item.state.kind === 'waiting' && item.uploadId === undefined) void this.#run(item);
    }
  }

  async #run({ key, productId, file, alt }: UploadItem): Promise<void> {
    this.#open += 1;
    const uploadId = this.#ports.newId();
    this.#items.change(key, {
      uploadId,
      state: { kind: 'uploading', sentBytes: 0, totalBytes: file.size },
    });
    const sending = this.#ports.send({ productId, uploadId, file, alt }, (sent, total) =>
      this.#items.change(key, {
        state:
          sent < total
            ? { kind: 'uploading', sentBytes: sent, totalBytes: total }
            : { kind: 'processing', done: 0, total: 0 },
      }),
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
    const file = this.#items.get(key)?.file;
    const isGone = refusal.status === 0 && file !== undefined && !(await this.#ports.isReadable(file));
    this.#items.change(key, { state: isGone ? FILE_UNREADABLE : failedBy(refusal) });
  }

  async #waitForRoom(key: string, { retryAfterSeconds }: Refusal): Promise<void> {
    this.#items.change(key, { state: { kind: 'waiting' } });
    await this.#ports.wait(retryAfterSeconds === undefined ? BUSY_WAIT_MS : retryAfterSeconds * 1_000);
    this.#items.change(key, { uploadId: undefined });
  }

  #ready(key: string, image: Image): void {
    const item = this.#items.get(key);
    if (!item) return;
    this.#items.change(key, { state: { kind: 'ready', image } });
    if (this.#events.ready(item, image)) this.#unsettled.add(key);
    // Words may have reached the origin before the photo did, which knew of no such upload then.
    if (item.alt !== '' && item.alt !== image.alt) void this.#sendWords(key, image, item.alt);
  }

  async #sendWords(key: string, image: Image, alt: string): Promise<void> {
    const answer = await this.#ports.words(image.id, alt);
    const wordsProblem = answer.ok ? undefined : answer.refusal.detail;
    if (this.#items.get(key)?.alt === alt) this.#items.change(key, { wordsProblem });
  }

  #settle(productId: string): void {
    const ofProduct = this.#items.all().filter((item) => item.productId === productId);
    if (ofProduct.some(({ state }) => isUnderWay(state.kind))) return;
    const imageIds = ofProduct.flatMap(({ key, state }) =>
      state.kind === 'ready' && this.#unsettled.delete(key) ? [state.image.id] : [],
    );
    if (imageIds.length > 0) this.#events.settled(productId, imageIds);
  }
}
