/** Makes messages of the peer wire, one function each; the only allocation is the message. */
import { writeUint32 } from '../bytes.ts';
import { unreachable } from '../errors.ts';
import { joinHashes } from './hashes.ts';
import { MESSAGE_ID, type Message, PIECE_HEADER_BYTES, type WireBlock } from './messages.ts';

/** Zero length, no id (BEP 3): says only that the link is alive. */
export function encodeKeepAlive(): Uint8Array {
  return new Uint8Array(4);
}

export const encodeChoke = (): Uint8Array => withId(MESSAGE_ID.choke, 0);
export const encodeUnchoke = (): Uint8Array => withId(MESSAGE_ID.unchoke, 0);
export const encodeInterested = (): Uint8Array => withId(MESSAGE_ID.interested, 0);
export const encodeNotInterested = (): Uint8Array => withId(MESSAGE_ID.notInterested, 0);
export const encodeHaveAll = (): Uint8Array => withId(MESSAGE_ID.haveAll, 0);
export const encodeHaveNone = (): Uint8Array => withId(MESSAGE_ID.haveNone, 0);

export const encodeHave = (piece: number): Uint8Array => withNumber(MESSAGE_ID.have, piece);
export const encodeSuggest = (piece: number): Uint8Array => withNumber(MESSAGE_ID.suggest, piece);
export const encodeAllowedFast = (piece: number): Uint8Array => withNumber(MESSAGE_ID.allowedFast, piece);

export const encodeRequest = (block: WireBlock): Uint8Array => withBlock(MESSAGE_ID.request, block);
export const encodeCancel = (block: WireBlock): Uint8Array => withBlock(MESSAGE_ID.cancel, block);
export const encodeReject = (block: WireBlock): Uint8Array => withBlock(MESSAGE_ID.reject, block);

/** @param bytes as laid out by `Bitfield.bytes`; copied */
export const encodeBitfield = (bytes: Uint8Array): Uint8Array => withBytes(MESSAGE_ID.bitfield, bytes);

/**
 * The 13 bytes before a block. The block itself is sent after it as it lies in memory, so that no byte of it
 * is copied.
 */
export function encodePieceHeader(piece: number, beginBytes: number, blockLengthBytes: number): Uint8Array {
  const header = new Uint8Array(PIECE_HEADER_BYTES);
  writeUint32(header, 0, 9 + blockLengthBytes);
  header[4] = MESSAGE_ID.piece;
  writeUint32(header, 5, piece);
  writeUint32(header, 9, beginBytes);
  return header;
}

/** A whole `piece` message, block copied. For tests and recordings; a node sends {@link encodePieceHeader}. */
export function encodePiece(piece: number, beginBytes: number, block: Uint8Array): Uint8Array {
  const message = new Uint8Array(PIECE_HEADER_BYTES + block.length);
  message.set(encodePieceHeader(piece, beginBytes, block.length));
  message.set(block, PIECE_HEADER_BYTES);
  return message;
}

/** BEP 5: the UDP port of the sender's DHT node. */
export function encodePort(port: number): Uint8Array {
  const message = withId(MESSAGE_ID.port, 2);
  message[5] = port >>> 8;
  message[6] = port;
  return message;
}

/** @param id 0 for the extension handshake, else the id that the other side named (BEP 10) */
export function encodeExtended(id: number, payload: Uint8Array): Uint8Array {
  const message = withId(MESSAGE_ID.extended, 1 + payload.length);
  message[5] = id;
  message.set(payload, 6);
  return message;
}

/** BEP 52. @param wanted the range, as `encodeHashRange` makes it; copied */
export const encodeHashRequest = (wanted: Uint8Array): Uint8Array =>
  withBytes(MESSAGE_ID.hashRequest, wanted);

/** BEP 52. @param wanted as it stood in the request; both copied */
export const encodeHashes = (wanted: Uint8Array, hashes: Uint8Array): Uint8Array =>
  withBytes(MESSAGE_ID.hashes, joinHashes(wanted, hashes));

/** BEP 52: we have no hashes to give. @param wanted as it stood in the request; copied */
export const encodeHashReject = (wanted: Uint8Array): Uint8Array => withBytes(MESSAGE_ID.hashReject, wanted);

/** Any message, by its type. */
export function encodeMessage(message: Message): Uint8Array {
  switch (message.type) {
    case 'keepAlive':
      return encodeKeepAlive();
    case 'choke':
    case 'unchoke':
    case 'interested':
    case 'notInterested':
    case 'haveAll':
    case 'haveNone':
      return withId(MESSAGE_ID[message.type], 0);
    case 'have':
    case 'suggest':
    case 'allowedFast':
      return withNumber(MESSAGE_ID[message.type], message.piece);
    case 'request':
    case 'cancel':
    case 'reject':
      return withBlock(MESSAGE_ID[message.type], message);
    case 'bitfield':
      return encodeBitfield(message.bytes);
    case 'piece':
      return encodePiece(message.piece, message.beginBytes, message.block);
    case 'port':
      return encodePort(message.port);
    case 'extended':
      return encodeExtended(message.id, message.payload);
    case 'hashes':
      return encodeHashes(message.wanted, message.hashes);
    case 'hashRequest':
    case 'hashReject':
      return withBytes(MESSAGE_ID[message.type], message.wanted);
    case 'unknown':
      return withId(message.id, 0);
    default:
      return unreachable(message);
  }
}

/** A message of `payloadBytes` zeros behind the id. */
function withId(id: number, payloadBytes: number): Uint8Array {
  const message = new Uint8Array(5 + payloadBytes);
  writeUint32(message, 0, 1 + payloadBytes);
  message[4] = id;
  return message;
}

function withBytes(id: number, bytes: Uint8Array): Uint8Array {
  const message = withId(id, bytes.length);
  message.set(bytes, 5);
  return message;
}

function withNumber(id: number, value: number): Uint8Array {
  const message = withId(id, 4);
  writeUint32(message, 5, value);
  return message;
}

function withBlock(id: number, block: WireBlock): Uint8Array {
  const message = withId(id, 12);
  writeUint32(message, 5, block.piece);
  writeUint32(message, 9, block.beginBytes);
  writeUint32(message, 13, block.lengthBytes);
  return message;
}
