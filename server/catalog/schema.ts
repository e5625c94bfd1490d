/** The catalog's tables; migrations.ts makes them. Values are text, numbers and bytes: no dates. */
import type { Generated } from 'kysely';

export interface ProductRow {
  readonly id: string;
  /** Place in the shop, from 1. */
  readonly position: number;
  readonly title: string;
  readonly description: string;
  readonly price_cents: number;
  readonly currency: string;
  /** JSON, a list of texts. */
  readonly tags: string;
  /** Empty: none. */
  readonly category: string;
}

export interface ImageRow {
  readonly id: string;
  /** null: no product uses it. */
  readonly product_id: string | null;
  readonly alt: string;
  readonly width: number;
  readonly height: number;
  readonly placeholder: string;
  readonly info_hash: string;
  readonly info_hash_v2: string;
  /** The log entry that published it. */
  readonly entry_number: number;
  /** JSON, a list of texts. */
  readonly tags: string;
  /** Order of a product's images; null: its entry's number. */
  readonly position: number | null;
  /** Length of the uploaded photo; null: published before it was kept. */
  readonly source_bytes: number | null;
}

export interface RenditionRow {
  readonly image_id: string;
  readonly position: number;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly type: string;
  readonly bytes: number;
  readonly root: string;
}

export interface TorrentRow {
  readonly info_hash: string;
  readonly image_id: string;
  readonly body: Uint8Array;
}

export interface LogEntryRow {
  readonly number: number;
  /** Type of the change, so that the keys can be found without reading every body. */
  readonly kind: string;
  readonly body: string;
  readonly hash: string;
  readonly signature: string;
}

/** One row: the number and hash of the last entry. Locked first by whoever appends. */
export interface HeadRow {
  readonly id: number;
  readonly number: number;
  readonly hash: string;
}

/** What a repeated request made the first time. */
export interface IdempotencyKeyRow {
  /** Rising with time. */
  readonly number: Generated<number>;
  readonly key: string;
  /** SHA-256 of the body, hexadecimal. */
  readonly fingerprint: string;
  readonly product_id: string;
}

export interface CatalogTables {
  idempotency_keys: IdempotencyKeyRow;
  products: ProductRow;
  images: ImageRow;
  renditions: RenditionRow;
  torrents: TorrentRow;
  log_entries: LogEntryRow;
  head: HeadRow;
}
