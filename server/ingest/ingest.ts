/**
 * From a photo on disk to a published image. Nothing is visible before the catalog's commit; whatever a crash
 * leaves lies in two folders that are emptied at start, or in the store, which is swept to what is published.
 */
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Upload } from '../../shared/api-types/admin.ts';
import { canRetry } from '../../shared/http/problem.ts';
import type { ImageId } from '../../shared/units.ts';
import type { StoredImage } from '../catalog/catalog-api.ts';
import { userErrorOf } from '../http/user-error.ts';
import { emptyFolder } from './empty-folder.ts';
import { imageIdOf } from './image-id.ts';
import type { Ingest, IngestOptions, IngestResult, Source, Ticket } from './ingest-api.ts';
import { LADDER_TIMEOUT_MS, MAX_WAITING_UPLOADS, WORKER_MEMORY_BYTES } from './limits.ts';
import { type MakerParts, makeImage } from './make-image.ts';
import { busy, cancelled, elsewhere, stopped, unknownUpload } from './refusals.ts';
import { type Begin, type Progress, SharedWork } from './shared-work.ts';
import { Shelf } from './shelf.ts';
import { UploadTable } from './upload-table.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';
import { WORKER_MODULE_PATH } from './worker-process.ts';

/** @throws InternalError when the worker does not start; the disk's errors when its folders cannot be swept */
export async function createIngest(options: IngestOptions): Promise<Ingest> {
  const shelf = new Shelf(options.catalog, options.store);
  for (const name of ['uploads', 'tmp']) await emptyFolder(join(options.dataFolder, name));
  await shelf.sweep();
  const pool = await createWorkerPool(
    {
      modulePath: options.workerModulePath ?? WORKER_MODULE_PATH,
      memoryLimitBytes: options.workerMemoryBytes ?? WORKER_MEMORY_BYTES,
      timeoutMs: options.timeoutMs ?? LADDER_TIMEOUT_MS,
    },
    options.workers ?? Math.min(2, availableParallelism()),
  );
  return new PhotoIngest(options, shelf, pool);
}

class PhotoIngest implements Ingest {
  readonly uploadsFolder: string;
  readonly #options: IngestOptions;
  readonly #parts: MakerParts;
  readonly #table: UploadTable;
  readonly #making = new SharedWork<ImageId, StoredImage>();
  /** Of uploads that are under way, by their id. */
  readonly #aborts = new Map<string, AbortController>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #stopListening: () => void;
  #closed = false;

  constructor(options: IngestOptions, shelf: Shelf, pool: WorkerPool) {
    this.#options = options;
    const { dataFolder, publicUrl } = options;
    this.#parts = { shelf, pool, folder: join(dataFolder, 'tmp'), publicUrl };
    this.#table = new UploadTable(options.now ?? Date.now);
    this.uploadsFolder = join(options.dataFolder, 'uploads');
    this.#stopListening = options.catalog.onPurged((image) => {
      this.#follow(shelf.removeUnused(image.renditions.map(({ root }) => root)).catch(options.onFault));
    });
  }

  admit(productId: string, uploadId?: string): Ticket {
    if (this.#closed) throw stopped();
    if (this.#aborts.size >= (this.#options.maxUploads ?? MAX_WAITING_UPLOADS)) throw busy();
    const upload = this.#table.begin(productId, uploadId);
    const abort = new AbortController();
    this.#aborts.set(upload, abort);
    return {
      signal: abort.signal,
      received: (receivedBytes, totalBytes) =>
        this.#table.set(upload, { state: 'uploading', receivedBytes, totalBytes }),
      publish: (source) => this.#follow(this.#publish(upload, productId, source, abort.signal)),
      abandon: (error) => {
        this.#aborts.delete(upload);
        this.#failed(upload, error);
      },
    };
  }

  uploads(since?: number): { readonly version: number; readonly uploads: readonly Upload[] } {
    const { version } = this.#table;
    // A number of an earlier life of this origin: all is new.
    return { version, uploads: this.#table.list(since !== undefined && since <= version ? since : 0) };
  }

  cancel(uploadId: string): Upload {
    this.#known(uploadId);
    const abort = this.#aborts.get(uploadId);
    const isUploading = this.#known(uploadId).state === 'uploading';
    abort?.abort(cancelled());
    // What comes in is of no use from now on; what is processed says itself when it has stopped.
    if (isUploading) this.#failed(uploadId, cancelled());
    return this.#known(uploadId);
  }

  async describe(uploadId: string, alt: string): Promise<Upload> {
    const upload = this.#known(uploadId);
    this.#table.setAlt(uploadId, alt);
    if (upload.state === 'ready') await this.#options.catalog.updateImage(upload.imageId, { alt });
    return this.#known(uploadId);
  }

  workerPids(): readonly number[] {
    return this.#parts.pool.pids();
  }

  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening();
    this.#parts.pool.close(stopped());
    await this.idle();
  }

  #known(uploadId: string): Upload {
    const upload = this.#table.get(uploadId);
    if (!upload) throw unknownUpload();
    return upload;
  }

  #failed(upload: string, error: unknown): void {
    const { code, status, message } = userErrorOf(error);
    this.#table.set(upload, { state: 'failed', code, detail: message, canRetry: canRetry(status, code) });
  }

  #follow<T>(work: Promise<T>): Promise<T> {
    const settled: Promise<unknown> = work.then(
      () => this.#underWay.delete(settled),
      () => this.#underWay.delete(settled),
    );
    this.#underWay.add(settled);
    return work;
  }

  async #publish(
    upload: string,
    productId: string,
    source: Source,
    signal: AbortSignal,
  ): Promise<IngestResult> {
    try {
      this.#table.set(upload, { state: 'processing', done: 0, total: 0 });
      const result = await this.#imageOf(upload, productId, source, signal);
      const image = await this.#described(upload, result.image);
      this.#table.set(upload, { state: 'ready', imageId: image.id });
      return { ...result, image };
    } catch (error) {
      this.#failed(upload, error);
      throw error;
    } finally {
      this.#aborts.delete(upload);
    }
  }

  /** Words that came after the photo, while it was worked on. */
  async #described(upload: string, image: StoredImage): Promise<StoredImage> {
    const alt = this.#table.altOf(upload);
    return alt === undefined || alt === image.alt
      ? image
      : this.#options.catalog.updateImage(image.id, { alt });
  }

  async #imageOf(
    upload: string,
    productId: string,
    source: Source,
    signal: AbortSignal,
  ): Promise<IngestResult> {
    const id = imageIdOf(productId, source.sha256);
    let isBegun = false;
    const begin: Begin<StoredImage> = (stop, seal, progress) => {
      isBegun = true;
      // Given up while another upload wants the same photo: then it is published, and takes nobody's place.
      const replaces = () => (signal.aborted ? undefined : source.replaces);
      return this.#follow(makeImage(this.#parts, { id, productId, source, replaces, stop, seal, progress }));
    };
    const progress: Progress = (done, total) => this.#table.set(upload, { state: 'processing', done, total });
    try {
      signal.throwIfAborted();
      const published = this.#options.catalog.image(id);
      if (published) return { image: await this.#takenBack(published, productId), isNew: false };
      const image = await this.#making.join(id, signal, begin, progress);
      return { image, isNew: isBegun };
    } finally {
      // A photo that is worked on goes with the work: others may wait for it when this upload is over.
      if (!isBegun) await rm(source.path, { force: true });
    }
  }

  /** It may have been taken off its product since. @throws UserError `image_elsewhere` (409) */
  async #takenBack(image: StoredImage, productId: string): Promise<StoredImage> {
    if (image.productId === productId) return image;
    if (image.productId !== null) throw elsewhere();
    return this.#options.catalog.updateImage(image.id, { productId });
  }
}
