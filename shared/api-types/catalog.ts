/** The catalog as both apps and the storefront see it (JSON). */
import type { FileRoot, ImageId, InfoHash, InfoHashV2 } from '../units.ts';

export type RenditionType = 'image/avif' | 'image/webp' | 'image/jpeg';

export interface Rendition {
  /** File name within the image set and last segment of the URL: `640.avif`. */
  readonly name: string;
  /** Path below any node's base URL: `/images/<imageId>/640.avif`. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly type: RenditionType;
  readonly bytes: number;
  /** BEP 52 file root, 64 hex digits: the ETag. */
  readonly root: FileRoot;
}

/** An image as the log publishes it: all that an edge needs to join, verify and serve. */
export interface PublishedImage {
  readonly id: ImageId;
  /** Size of the upright source in pixels. */
  readonly width: number;
  readonly height: number;
  /** ThumbHash, base64. */
  readonly placeholder: string;
  readonly infoHash: InfoHash;
  readonly infoHashV2: InfoHashV2;
  readonly renditions: readonly Rendition[];
}

/** For `<source srcset>`: the renditions of each format with their widths, as paths below any node's base URL. */
export type Srcsets = { readonly [Type in RenditionType]?: string };

/** An image as the admin API and `/api/products` answer it. */
export interface Image extends PublishedImage {
  readonly srcset: Srcsets;
  readonly magnet: string;
  /** URL of the .torrent file, absolute, on the origin. */
  readonly torrent: string;
  readonly alt: string;
  /** Words by which images can be purged together. */
  readonly tags: readonly string[];
}

export interface Product {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly priceCents: number;
  /** ISO 4217, three capital letters. */
  readonly currency: string;
  readonly tags: readonly string[];
  /** The shelf it stands on in the shop; empty: none. */
  readonly category: string;
  readonly images: readonly Image[];
}

export interface ProductList {
  readonly products: readonly Product[];
}

/** RFC 9457 problem details; `code` is stable and listed in docs/ERRORS.md. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** Of a body: which fields are not right. */
  readonly errors?: readonly FieldProblem[];
}

/** One field of a body, in RFC 9457's `errors`. */
export interface FieldProblem {
  /** Name of the field; empty: the body itself. */
  readonly field: string;
  readonly detail: string;
}
