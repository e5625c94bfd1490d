/**
 * Messages of the peer wire after the handshake: BEP 3, the fast extension (BEP 6), the envelope of the
 * extension protocol (BEP 10), the DHT's port (BEP 5) and hashes (BEP 52). Pieces are plain numbers here, as they came: whether
 * a number names a piece of this torrent only its geometry can tell.
 */
import { BLOCK_BYTES } from '../units.ts';

/** A block as the wire names it. */
export interface WireBlock {
  readonly piece: number;
  readonly beginBytes: number;
  readonly lengthBytes: number;
}

export type Message =
  | { readonly type: 'keepAlive' }
  | { readonly type: 'choke' }
  | { readonly type: 'unchoke' }
  | { readonly type: 'interested' }
  | { readonly type: 'notInterested' }
  | { readonly type: 'have'; readonly piece: number }
  | { readonly type: 'bitfield'; readonly bytes: Uint8Array }
  | ({ readonly type: 'request' } & WireBlock)
  | {
      readonly type: 'piece';
      readonly piece: number;
      readonly beginBytes: number;
      readonly block: Uint8Array;
    }
  | ({ readonly type: 'cancel' } & WireBlock)
  | { readonly type: 'port'; readonly port: number }
  | { readonly type: 'suggest'; readonly piece: number }
  | { readonly type: 'haveAll' }
  | { readonly type: 'haveNone' }
  | ({ readonly type: 'reject' } & WireBlock)
  | { readonly type: 'allowedFast'; readonly piece: number }
  /** `id` 0 is the extension handshake; others are the ids that the receiver named in its own. */
  | { readonly type: 'extended'; readonly id: number; readonly payload: Uint8Array }
  /** BEP 52: hashes of a file's merkle tree. `wanted` is a range (hashes.ts); an answer repeats it word by word. */
  | { readonly type: 'hashRequest'; readonly wanted: Uint8Array }
  | { readonly type: 'hashes'; readonly wanted: Uint8Array; readonly hashes: Uint8Array }
  | { readonly type: 'hashReject'; readonly wanted: Uint8Array }
  /** A message of a later time: skipped, not kept (BEP 3 gives no meaning to it, BEP 52 tells to ignore it). */
  | { readonly type: 'unknown'; readonly id: number };

export type PieceMessage = Extract<Message, { type: 'piece' }>;

/** First byte after the length prefix. */
export const MESSAGE_ID = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  port: 9,
  suggest: 13,
  haveAll: 14,
  haveNone: 15,
  reject: 16,
  allowedFast: 17,
  extended: 20,
  hashRequest: 21,
  hashes: 22,
  hashReject: 23,
} as const;

/** Length prefix, id, piece and begin: what stands before a block. */
export const PIECE_HEADER_BYTES = 13;

/** Longest `piece` message (the length prefix not counted): nobody here asks for more than one block. */
export const MAX_PIECE_MESSAGE_BYTES = 9 + BLOCK_BYTES;

/** Why a link's bytes were not understood. Listed in docs/ERRORS.md. */
export type WireErrorCode =
  | 'wire_handshake_protocol'
  | 'wire_message_too_long'
  | 'wire_message_length'
  | 'wire_extension_handshake'
  | 'wire_metadata'
  | 'wire_channel_message';
