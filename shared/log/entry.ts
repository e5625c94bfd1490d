/**
 * The catalog is a log: numbered entries, each with the hash of the one before, each signed (design section 7).
 * What is hashed and signed are the exact bytes of `body`; nobody re-encodes it. So an entry is passed on as it
 * came, and a reader's JSON library cannot change what was signed.
 */
import type { PublishedImage } from '../api-types/catalog.ts';
import type { ImageId } from '../units.ts';

/** As stored and sent. `body` is the JSON text of an {@link EntryBody} or a {@link HeadBody}. */
export interface Signed {
  readonly body: string;
  /** Ed25519 over a domain prefix and the body's UTF-8 bytes, 128 hex digits. */
  readonly signature: string;
}

export type CatalogChange =
  /** A log key, signed by the root key: entries after it may be signed by it. Entry 1 is always one of these. */
  | { readonly type: 'key'; readonly publicKey: string }
  /** Signed by the root key: the key signs nothing after this entry. */
  | { readonly type: 'revoke-key'; readonly publicKey: string }
  | { readonly type: 'publish'; readonly image: PublishedImage }
  | { readonly type: 'purge'; readonly imageId: ImageId };

export interface EntryBody {
  readonly number: number;
  /** SHA-256 of the previous entry's body, 64 hex digits; of nothing (64 zeros) for entry 1. */
  readonly previous: string;
  readonly timeMs: number;
  /** Public key that signed, 64 hex digits (raw Ed25519). */
  readonly key: string;
  readonly change: CatalogChange;
}

/** The signed heartbeat "head n at time t": tells a frozen log from a quiet one. */
export interface HeadBody {
  readonly head: number;
  readonly hash: string;
  readonly timeMs: number;
  /** After timeMs + validMs a reader calls the log stale. */
  readonly validMs: number;
  readonly key: string;
}

/** Hash and signature functions, given by the host. Synchronous. */
export interface LogCrypto {
  sha256(bytes: Uint8Array): Uint8Array;
  verifyEd25519(publicKeyHex: string, bytes: Uint8Array, signatureHex: string): boolean;
}

export const EMPTY_LOG_HASH = '0'.repeat(64);
