/**
 * From a photo on disk to a published image. Nothing is visible before the catalog's commit; whatever a crash
 * leaves lies in two folders that are emptied at start, or in the store, which is swept to what is published.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import type { ImageId } from '../../shared/units.ts';
import type { Catalog, StoredImage } from '../catalog/catalog-api.ts';
import type { SourceType } from './detect-type.ts';
import { imageIdOf } from './image-id.ts';
import { type Job, JobTable } from './jobs.ts';
import { LADDER_TIMEOUT_MS, MAX_WAITING_UPLOADS, WORKER_MEMORY_BYTES } from './limits.ts';
import { makeImageSet } from './make-image-set.ts';
import { Shelf, type ShelfStore } from './shelf.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';
import { WORKER_MODULE_PATH } from './worker-process.ts';

export interface IngestOptions {
  readonly catalog: Catalog;
  readonly store: ShelfStore;
  /** The origin's data folder: `uploads/` and `tmp/` in it belong to the ingest. */
  readonly dataFolder: string;
  /** The origin's base URL without trailing slash; asked when an image is published. */
  readonly publicUrl: () => string;
  /** Told of faults that no request waits for, e.g. a file that cannot be removed after a purge. */
  readonly onFault: (error: unknown) => void;
  /** Photos worked on at once. Default: the cores, at most 2, for each takes up to 1.5 GB of memory. */
  readonly workers?: number;
  /** Uploads under way and waiting. Default {@link MAX_WAITING_UPLOADS}. */
  readonly maxUploads?: number;
  readonly workerModulePath?: string;
  /** Default {@link WORKER_MEMORY_BYTES}. */
  readonly workerMemoryBytes?: number;
  /** For one photo. Default {@link LADDER_TIMEOUT_MS}. */
  readonly timeoutMs?: number;
  readonly now?: () => number;
}

/** A photo that lies in the ingest's `uploads` folder; the ingest deletes it. */
export interface Source {
  readonly path: string;
  readonly sha256: Uint8Array;
  readonly type: SourceType;
  readonly alt: string;
  readonly tags?: readonly string[];
  /** The image of this product whose place it takes; purged in the same transaction. */
  readonly replaces?: ImageId;
}

export interface IngestResult {
  readonly image: StoredImage;
  /** False: the same bytes are published on this product already, and nothing was done. */
  readonly isNew: boolean;
}

/** A place in the queue, taken before the first byte of an upload is read. One of the two calls ends it. */
export interface Ticket {
  /**
   * @throws UserError `upload_damaged`, `upload_too_many_pixels`, `upload_too_costly` (422), `product_unknown`
   * (404), `ingest_stopped` (503); or the disk's error
   */
  publish(source: Source): Promise<IngestResult>;
  /** The upload failed before there was a photo. @param code of docs/ERRORS.md */
  abandon(code: string): void;
}

export interface Ingest {
  readonly uploadsFolder: string;
  /** @throws UserError `ingest_busy` (503) */
  admit(productId: string): Ticket;
  /** The newest first. */
  jobs(): readonly Job[];
  /** Process ids of the workers, for tests and metrics. */
  workerPids(): readonly number[];
  /** Resolves when all that was begun, removals after purges included, is done. */
  idle(): Promise<void>;
  /** Ends the work under way (it is not published) and the workers. */
  close(): Promise<void>;
}

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

/** The worker of an origin that was killed may write for some milliseconds more: then removal is tried again. */
async function emptyFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  await mkdir(path, { recursive: true, mode: 0o700 });
}

class PhotoIngest implements Ingest {
  readonly uploadsFolder: string;
  readonly #options: IngestOptions;
  readonly #shelf: Shelf;
  readonly #pool: WorkerPool;
  readonly #jobs: JobTable;
  /** Images being made: the same bytes sent twice at once are worked on once. */
  readonly #making = new Map<ImageId, Promise<StoredImage>>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #stopListening: () => void;
  #uploads = 0;
  #closed = false;

  constructor(options: IngestOptions, shelf: Shelf, pool: WorkerPool) {
    this.#options = options;
    this.#shelf = shelf;
    this.#pool = pool;
    this.#jobs = new JobTable(options.now ?? Date.now);
    this.uploadsFolder = join(options.dataFolder, 'uploads');
    this.#stopListening = options.catalog.onPurged((image) => {
      this.#follow(shelf.removeUnused(image.renditions.map(({ root }) => root)).catch(options.onFault));
    });
  }

  admit(productId: string): Ticket {
    if (this.#closed) throw stopped();
    if (this.#uploads >= (this.#options.maxUploads ?? MAX_WAITING_UPLOADS))
      throw new UserError(
        'ingest_busy',
        503,
        'Too many photos are waiting; send this one again in a moment.',
      );
    this.#uploads += 1;
    const job = this.#jobs.begin(productId);
    return {
      publish: (source) => this.#follow(this.#publish(job, productId, source)),
      abandon: (code) => {
        this.#uploads -= 1;
        this.#jobs.set(job, { state: 'failed', code });
      },
    };
  }

  jobs(): readonly Job[] {
    return this.#jobs.list();
  }

  workerPids(): readonly number[] {
    return this.#pool.pids();
  }

  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening();
    this.#pool.close(stopped());
    await this.idle();
  }

  #follow<T>(work: Promise<T>): Promise<T> {
    const settled: Promise<unknown> = work.then(
      () => this.#underWay.delete(settled),
      () => this.#underWay.delete(settled),
    );
    this.#underWay.add(settled);
    return work;
  }

  async #publish(job: string, productId: string, source: Source): Promise<IngestResult> {
    try {
      const result = await this.#imageOf(job, productId, source);
      this.#jobs.set(job, { state: 'ready', imageId: result.image.id });
      return result;
    } catch (error) {
      this.#jobs.set(job, { state: 'failed', code: error instanceof UserError ? error.code : 'internal' });
      throw error;
    } finally {
      this.#uploads -= 1;
      await rm(source.path, { force: true });
    }
  }

  async #imageOf(job: string, productId: string, source: Source): Promise<IngestResult> {
    const id = imageIdOf(productId, source.sha256);
    const published = this.#options.catalog.image(id) ?? (await this.#making.get(id));
    if (published) return { image: published, isNew: false };
    const making = this.#make(job, id, productId, source);
    this.#making.set(id, making);
    try {
      return { image: await making, isNew: true };
    } finally {
      this.#making.delete(id);
    }
  }

  async #make(job: string, id: ImageId, productId: string, source: Source): Promise<StoredImage> {
    const folder = join(this.#options.dataFolder, 'tmp', randomBytes(8).toString('hex'));
    try {
      await mkdir(folder);
      this.#jobs.set(job, { state: 'processing', done: 0, total: 0 });
      const ladder = await this.#pool.run({ source: source.path, type: source.type, folder }, (done, total) =>
        this.#jobs.set(job, { state: 'processing', done, total }),
      );
      await rm(source.path, { force: true });
      const { image, metainfo } = await makeImageSet(id, ladder, folder, this.#options.publicUrl());
      const { alt, tags = [], replaces } = source;
      const added = { productId, alt, tags, replaces, image, torrent: metainfo.bytes };
      return await this.#shelf.publish(metainfo.files, folder, added);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    }
  }
}

function stopped(): UserError {
  return new UserError('ingest_stopped', 503, 'The origin is stopping; send the photo again.');
}
