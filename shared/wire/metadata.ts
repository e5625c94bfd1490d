/** BEP 9, ut_metadata: the info dictionary in pieces, for who has only a magnet link. */
import { decodeWithOffsets, encode } from '../bencode/bencode.ts';
import { asDictionary, asInteger, dictionary } from '../bencode/value.ts';
import { concatBytes } from '../bytes.ts';
import { PeerError } from '../errors.ts';
import { encodeExtended } from './encode.ts';
import type { WireErrorCode } from './messages.ts';

/** Name in the dictionary `m` of the extension handshake (BEP 10). */
export const METADATA_EXTENSION = 'ut_metadata';
/** The id under which we take the messages. */
export const OUR_METADATA_ID = 6;
/** All pieces are so long but the last. */
export const METADATA_PIECE_BYTES = 16 * 1024;

export type MetadataKind = 'request' | 'data' | 'reject';

export interface MetadataMessage {
  /** Undefined: one of a later time, to be ignored. */
  readonly kind: MetadataKind | undefined;
  /** As it came: perhaps no piece of the dictionary. */
  readonly piece: number;
}

/** By `msg_type`. */
const KINDS: readonly MetadataKind[] = ['request', 'data', 'reject'];
/** A data message is a piece and some 50 bytes; stock clients put nothing else into the dictionary. */
const MAX_BYTES = METADATA_PIECE_BYTES + 1024;
const MAX_ITEMS = 32;

/** @throws PeerError `bencode_*` or `wire_metadata` */
export function parseMetadataMessage(payload: Uint8Array): MetadataMessage {
  const limits = { maxBytes: MAX_BYTES, maxItems: MAX_ITEMS, maxDepth: 4, allowTrailing: true };
  const fields = asDictionary(decodeWithOffsets(payload, limits).value);
  const type = asInteger(fields?.get('msg_type'));
  const piece = asInteger(fields?.get('piece'));
  if (type === undefined || piece === undefined)
    throw new PeerError<WireErrorCode>('wire_metadata', 'ut_metadata without msg_type or piece (BEP 9)');
  return { kind: KINDS[type], piece };
}

/** @param id the other side's for these messages */
export function encodeMetadataData(
  id: number,
  piece: number,
  totalBytes: number,
  bytes: Uint8Array,
): Uint8Array {
  const head = encode(dictionary({ msg_type: KINDS.indexOf('data'), piece, total_size: totalBytes }));
  return encodeExtended(id, concatBytes([head, bytes]));
}

/** @param id the other side's for these messages */
export function encodeMetadataReject(id: number, piece: number): Uint8Array {
  return encodeExtended(id, encode(dictionary({ msg_type: KINDS.indexOf('reject'), piece })));
}
