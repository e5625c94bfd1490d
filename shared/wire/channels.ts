/** Messages of the channels extension (docs/PROTOCOL.md, CH2): many torrents on one link. */
import { fromHex, readUint32, toHex, writeUint32 } from '../bytes.ts';
import { invariant, PeerError, unreachable } from '../errors.ts';
import { type InfoHash, parseInfoHash } from '../units.ts';
import { MESSAGE_ID, type WireErrorCode } from './messages.ts';

/** Name in the dictionary `m` of the extension handshake (CH1). */
export const CHANNELS_EXTENSION = 'sh_channels';
/** The id under which we take these messages. */
export const OUR_CHANNELS_ID = 1;

/** Says that hash messages (BEP 52) are taken on every channel (CH11); there are no messages of this id. */
export const HASHES_EXTENSION = 'sh_hashes';
export const OUR_HASHES_ID = 3;

/** Says that gifts are taken (GV1); there are no messages of this id. */
export const GIFTS_EXTENSION = 'sh_gifts';
export const OUR_GIFTS_ID = 4;

/** Says that the origin's channels are taken before they are accepted (EC1); there are no messages of this id. */
export const EARLY_EXTENSION = 'sh_early';
export const OUR_EARLY_ID = 5;

/** What a node has, in an open or accept. */
export type ToldPieces =
  | { readonly type: 'none' }
  | { readonly type: 'all' }
  | { readonly type: 'bitfield'; readonly bytes: Uint8Array };

export type ChannelMessage =
  | {
      /** `begin`: an open whose channel is in use at once (EC2). */
      readonly type: 'open' | 'begin';
      readonly number: number;
      readonly infoHash: InfoHash;
      readonly pieces: ToldPieces;
    }
  | { readonly type: 'accept'; readonly number: number; readonly pieces: ToldPieces }
  | { readonly type: 'close'; readonly number: number }
  | { readonly type: 'give'; readonly number: number; readonly piece: number }
  /** `inner` is a message of the peer wire without its length prefix; a view of the payload. */
  | { readonly type: 'message'; readonly number: number; readonly inner: Uint8Array };

const TYPE = { open: 0, accept: 1, close: 2, message: 3, give: 4, begin: 5 } as const;
const PIECES = { none: 0, all: 1, bitfield: 2 } as const;
const HEAD_BYTES = 5;
/** Length prefix, extended message's id, the receiver's id for us. */
const ENVELOPE_BYTES = 6;
/** What stands before a message of the peer wire on a channel. */
export const MESSAGE_ENVELOPE_BYTES = ENVELOPE_BYTES + HEAD_BYTES;
const INFO_HASH_BYTES = 20;
const PIECE_BYTES = 4;

export function encodeOpen(
  id: number,
  number: number,
  infoHash: InfoHash,
  pieces: ToldPieces,
  type: 'open' | 'begin' = 'open',
): Uint8Array {
  const hash = fromHex(infoHash);
  invariant(hash?.length === INFO_HASH_BYTES, 'an info-hash is 20 bytes');
  const told = encodePieces(pieces);
  const message = envelope(id, TYPE[type], number, INFO_HASH_BYTES + told.length);
  message.set(hash, ENVELOPE_BYTES + HEAD_BYTES);
  message.set(told, ENVELOPE_BYTES + HEAD_BYTES + INFO_HASH_BYTES);
  return message;
}

export function encodeAccept(id: number, number: number, pieces: ToldPieces): Uint8Array {
  const told = encodePieces(pieces);
  const message = envelope(id, TYPE.accept, number, told.length);
  message.set(told, ENVELOPE_BYTES + HEAD_BYTES);
  return message;
}

export function encodeClose(id: number, number: number): Uint8Array {
  return envelope(id, TYPE.close, number, 0);
}

/** Says that we have the piece, and that its blocks come without being asked for (GV2). */
export function encodeGive(id: number, number: number, piece: number): Uint8Array {
  const message = envelope(id, TYPE.give, number, PIECE_BYTES);
  writeUint32(message, ENVELOPE_BYTES + HEAD_BYTES, piece);
  return message;
}

/** What stands before a message of the peer wire on a channel; the message follows without its length prefix. */
export function encodeMessageEnvelope(id: number, number: number, innerBytes: number): Uint8Array {
  const head = new Uint8Array(MESSAGE_ENVELOPE_BYTES);
  fillMessageEnvelope(head, 0, id, number, innerBytes);
  return head;
}

/** The same, written into an array. */
export function fillMessageEnvelope(
  bytes: Uint8Array,
  at: number,
  id: number,
  number: number,
  innerBytes: number,
): void {
  fillEnvelope(bytes, at, id, TYPE.message, number, innerBytes);
}

/** @throws PeerError `wire_channel_message` (CH9) */
export function parseChannelMessage(payload: Uint8Array): ChannelMessage {
  if (payload.length < HEAD_BYTES) throw invalid('too short');
  const number = readUint32(payload, 1);
  const rest = payload.subarray(HEAD_BYTES);
  switch (payload[0]) {
    case TYPE.open:
    case TYPE.begin: {
      const infoHash = parseInfoHash(toHex(rest.subarray(0, INFO_HASH_BYTES)));
      if (infoHash === undefined) throw invalid('open without an info-hash');
      const type = payload[0] === TYPE.open ? 'open' : 'begin';
      return { type, number, infoHash, pieces: parsePieces(rest.subarray(INFO_HASH_BYTES)) };
    }
    case TYPE.accept:
      return { type: 'accept', number, pieces: parsePieces(rest) };
    case TYPE.close:
      if (rest.length > 0) throw invalid('close with more than a number');
      return { type: 'close', number };
    case TYPE.give:
      if (rest.length !== PIECE_BYTES) throw invalid('give of no piece');
      return { type: 'give', number, piece: readUint32(rest, 0) };
    case TYPE.message:
      if (rest.length === 0) throw invalid('a message of nothing');
      return { type: 'message', number, inner: rest };
    default:
      throw invalid(`type ${payload[0]}`);
  }
}

function encodePieces(pieces: ToldPieces): Uint8Array {
  switch (pieces.type) {
    case 'none':
    case 'all':
      return Uint8Array.of(PIECES[pieces.type]);
    case 'bitfield': {
      const bytes = new Uint8Array(1 + pieces.bytes.length);
      bytes[0] = PIECES.bitfield;
      bytes.set(pieces.bytes, 1);
      return bytes;
    }
    default:
      return unreachable(pieces);
  }
}

function parsePieces(bytes: Uint8Array): ToldPieces {
  const kind = bytes[0];
  if (kind === PIECES.bitfield) return { type: 'bitfield', bytes: bytes.subarray(1) };
  if (bytes.length !== 1 || (kind !== PIECES.none && kind !== PIECES.all))
    throw invalid('pieces of another form');
  return { type: kind === PIECES.all ? 'all' : 'none' };
}

function envelope(id: number, type: number, number: number, restBytes: number): Uint8Array {
  const message = new Uint8Array(ENVELOPE_BYTES + HEAD_BYTES + restBytes);
  fillEnvelope(message, 0, id, type, number, restBytes);
  return message;
}

function fillEnvelope(
  bytes: Uint8Array,
  at: number,
  id: number,
  type: number,
  number: number,
  restBytes: number,
): void {
  writeUint32(bytes, at, ENVELOPE_BYTES - 4 + HEAD_BYTES + restBytes);
  bytes[at + 4] = MESSAGE_ID.extended;
  bytes[at + 5] = id;
  bytes[at + 6] = type;
  writeUint32(bytes, at + 7, number);
}

function invalid(message: string): PeerError<WireErrorCode> {
  return new PeerError('wire_channel_message', `channel message: ${message}`);
}
