/** The ingest as the rest of the origin sees it: photos go in, images come out, and what each upload is at. */
import type { Upload } from '../../shared/api-types/admin.ts';
import type { ImageId } from '../../shared/units.ts';
import type { Catalog, StoredImage } from '../catalog/catalog-api.ts';
import type { SourceType } from './detect-type.ts';
import type { ShelfStore } from './shelf.ts';

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
  readonly bytes: number;
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
  /** Aborted with UserError `upload_cancelled` when somebody cancels. */
  readonly signal: AbortSignal;
  /** @param totalBytes of the request's body; null: not known */
  received(receivedBytes: number, totalBytes: number | null): void;
  /**
   * @throws UserError `upload_damaged`, `upload_too_many_pixels`, `upload_too_costly` (422), `product_unknown`
   * (404), `upload_cancelled`, `image_elsewhere` (409), `ingest_stopped` (503); or the disk's error
   */
  publish(source: Source): Promise<IngestResult>;
  /** The upload failed before there was a photo. */
  abandon(error: unknown): void;
}

export interface Ingest {
  readonly uploadsFolder: string;
  /**
   * @param uploadId the client's own name for it
   * @throws UserError `ingest_busy` (503), `upload_id_taken` (409)
   */
  admit(productId: string, uploadId?: string): Ticket;
  /** The newest first. @param since only what changed after this version */
  uploads(since?: number): { readonly version: number; readonly uploads: readonly Upload[] };
  /** Ends it, unless it is about to be published or over. @throws UserError `upload_unknown` (404) */
  cancel(uploadId: string): Upload;
  /** Words for an image that may still be in the making. @throws UserError `upload_unknown` (404) */
  describe(uploadId: string, alt: string): Promise<Upload>;
  /** Process ids of the workers, for tests and metrics. */
  workerPids(): readonly number[];
  /** Resolves when all that was begun, removals after purges included, is done. */
  idle(): Promise<void>;
  /** Ends the work under way (it is not published) and the workers. */
  close(): Promise<void>;
}
