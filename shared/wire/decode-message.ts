/** One message whose bytes are all here: BEP 3, BEP 6, BEP 10 and BEP 52 by id, each with the lengths it may have. */
import { readUint32 } from '../bytes.ts';
import { PeerError } from '../errors.ts';
import { HASH_RANGE_BYTES, isHashesLength, MAX_HASHES_MESSAGE_BYTES } from './hashes.ts';
import { MAX_PIECE_MESSAGE_BYTES, MESSAGE_ID, type Message, type WireErrorCode } from './messages.ts';

/** Messages with exactly one length (id included), by id. */
const FIXED_LENGTH_BYTES: readonly (number | undefined)[] = fixedLengths();

/**
 * One message without its length prefix, as a channel carries it (docs/PROTOCOL.md, CH2). Byte arrays are views.
 *
 * @param bytes id and payload, at least one byte; their length was bounded by the message around them
 * @throws PeerError `wire_message_too_long`, `wire_message_length`
 */
export function decodeMessage(bytes: Uint8Array): Message {
  const id = bytes[0] as number;
  if (!isKnownMessage(id, bytes.length, bytes.length)) return { type: 'unknown', id };
  return parseMessage(id, bytes, 1, bytes.length);
}

/**
 * @returns whether the id has a meaning
 * @throws PeerError when a message of this id never has this length
 */
export function isKnownMessage(id: number, lengthBytes: number, maxMessageBytes: number): boolean {
  const fixedBytes = FIXED_LENGTH_BYTES[id];
  if (fixedBytes !== undefined) {
    if (lengthBytes !== fixedBytes) throw wrongLength(id, lengthBytes);
    return true;
  }
  if (id === MESSAGE_ID.piece) {
    // An empty block answers no request: requests name at least one byte.
    if (lengthBytes <= 9) throw wrongLength(id, lengthBytes);
    if (lengthBytes > MAX_PIECE_MESSAGE_BYTES) throw tooLong(id, lengthBytes);
    return true;
  }
  if (id === MESSAGE_ID.hashes) {
    if (lengthBytes > MAX_HASHES_MESSAGE_BYTES) throw tooLong(id, lengthBytes);
    if (!isHashesLength(lengthBytes)) throw wrongLength(id, lengthBytes);
    return true;
  }
  if (lengthBytes > maxMessageBytes) throw tooLong(id, lengthBytes);
  if (id === MESSAGE_ID.bitfield || id === MESSAGE_ID.extended) {
    if (lengthBytes < 2) throw wrongLength(id, lengthBytes);
    return true;
  }
  return false;
}

/** @param start first byte after the id; `end` is one past the message. Lengths were checked by id. */
export function parseMessage(id: number, bytes: Uint8Array, start: number, end: number): Message {
  switch (id) {
    case MESSAGE_ID.piece:
      return {
        type: 'piece',
        piece: readUint32(bytes, start),
        beginBytes: readUint32(bytes, start + 4),
        block: bytes.subarray(start + 8, end),
      };
    case MESSAGE_ID.choke:
      return { type: 'choke' };
    case MESSAGE_ID.unchoke:
      return { type: 'unchoke' };
    case MESSAGE_ID.interested:
      return { type: 'interested' };
    case MESSAGE_ID.notInterested:
      return { type: 'notInterested' };
    case MESSAGE_ID.have:
      return { type: 'have', piece: readUint32(bytes, start) };
    case MESSAGE_ID.bitfield:
      return { type: 'bitfield', bytes: bytes.subarray(start, end) };
    case MESSAGE_ID.request:
      return parseBlock('request', bytes, start);
    case MESSAGE_ID.cancel:
      return parseBlock('cancel', bytes, start);
    case MESSAGE_ID.reject:
      return parseBlock('reject', bytes, start);
    case MESSAGE_ID.port:
      return { type: 'port', port: ((bytes[start] as number) << 8) | (bytes[start + 1] as number) };
    case MESSAGE_ID.suggest:
      return { type: 'suggest', piece: readUint32(bytes, start) };
    case MESSAGE_ID.haveAll:
      return { type: 'haveAll' };
    case MESSAGE_ID.haveNone:
      return { type: 'haveNone' };
    case MESSAGE_ID.allowedFast:
      return { type: 'allowedFast', piece: readUint32(bytes, start) };
    case MESSAGE_ID.extended:
      return { type: 'extended', id: bytes[start] as number, payload: bytes.subarray(start + 1, end) };
    case MESSAGE_ID.hashRequest:
      return { type: 'hashRequest', wanted: bytes.subarray(start, end) };
    case MESSAGE_ID.hashes:
      return {
        type: 'hashes',
        wanted: bytes.subarray(start, start + HASH_RANGE_BYTES),
        hashes: bytes.subarray(start + HASH_RANGE_BYTES, end),
      };
    case MESSAGE_ID.hashReject:
      return { type: 'hashReject', wanted: bytes.subarray(start, end) };
    default:
      return { type: 'unknown', id };
  }
}

function parseBlock(type: 'request' | 'cancel' | 'reject', bytes: Uint8Array, start: number): Message {
  return {
    type,
    piece: readUint32(bytes, start),
    beginBytes: readUint32(bytes, start + 4),
    lengthBytes: readUint32(bytes, start + 8),
  };
}

function fixedLengths(): (number | undefined)[] {
  const lengths: (number | undefined)[] = Array.from({ length: 256 });
  const { choke, unchoke, interested, notInterested, haveAll, haveNone } = MESSAGE_ID;
  for (const id of [choke, unchoke, interested, notInterested, haveAll, haveNone]) lengths[id] = 1;
  for (const id of [MESSAGE_ID.have, MESSAGE_ID.suggest, MESSAGE_ID.allowedFast]) lengths[id] = 5;
  for (const id of [MESSAGE_ID.request, MESSAGE_ID.cancel, MESSAGE_ID.reject]) lengths[id] = 13;
  for (const id of [MESSAGE_ID.hashRequest, MESSAGE_ID.hashReject]) lengths[id] = 1 + HASH_RANGE_BYTES;
  lengths[MESSAGE_ID.port] = 3;
  return lengths;
}

function wireError(code: WireErrorCode, message: string): PeerError<WireErrorCode> {
  return new PeerError(code, message);
}

function wrongLength(id: number, lengthBytes: number): PeerError<WireErrorCode> {
  return wireError('wire_message_length', `message ${id} of ${lengthBytes} bytes`);
}

function tooLong(id: number, lengthBytes: number): PeerError<WireErrorCode> {
  return wireError('wire_message_too_long', `message ${id} of ${lengthBytes} bytes`);
}
