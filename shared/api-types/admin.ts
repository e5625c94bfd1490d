/** What the admin API answers beyond the catalog (JSON): for the merchant's desk and for scripts. */
import type { ImageId } from '../units.ts';
import type { Image, Product } from './catalog.ts';

/** How far an image set has come in the fleet. */
export interface Spread {
  /** Edges that hold it whole. */
  readonly holding: number;
  /** Edges that are linked. */
  readonly of: number;
}

export type UploadState =
  /** `totalBytes` is that of the request; null when it did not say. */
  | { readonly state: 'uploading'; readonly receivedBytes: number; readonly totalBytes: number | null }
  /** `done` of `total` renditions written; total is 0 until the photo's turn has come and its size is known. */
  | { readonly state: 'processing'; readonly done: number; readonly total: number }
  | { readonly state: 'ready'; readonly imageId: ImageId }
  /** `code` of docs/ERRORS.md. */
  | {
      readonly state: 'failed';
      readonly code: string;
      readonly detail: string;
      /** The same bytes may do better another time. */
      readonly canRetry: boolean;
    };

export type Upload = UploadState & {
  /** Header `Upload-Id` of the request, or made by the origin. */
  readonly id: string;
  readonly productId: string;
  /** Unix ms. */
  readonly startedMs: number;
};

/** One that is ready tells how many edges have it. */
export type UploadAnswer = Upload & { readonly edges?: Spread };

export interface UploadList {
  /** To be given as `?since=` the next time: only what changed after it is answered then. */
  readonly version: number;
  /** The newest first. */
  readonly uploads: readonly UploadAnswer[];
}

export interface AdminImage extends Image {
  /** null: no product uses it. */
  readonly productId: string | null;
  /** Length of the uploaded photo; null: published before that was kept. */
  readonly sourceBytes: number | null;
  readonly edges: Spread;
}

export interface AdminProduct extends Omit<Product, 'images'> {
  readonly images: readonly AdminImage[];
}

/** What `GET /admin/limits` answers: a page can tell before it sends. */
export interface AdminLimits {
  readonly photo: {
    readonly maxBytes: number;
    readonly maxPixels: number;
    readonly maxSidePixels: number;
    readonly types: readonly string[];
    /** Uploads under way and waiting; more are answered 503. */
    readonly maxUploads: number;
  };
  readonly maxAltCharacters: number;
  readonly maxTitleCharacters: number;
  readonly maxDescriptionCharacters: number;
  readonly maxCategoryCharacters: number;
  readonly maxPriceCents: number;
}

/** `POST`, `GET` and `DELETE /admin/session`. */
export interface SessionAnswer {
  readonly signedIn: boolean;
}
