/** A message of the peer wire in the words of a trace: its kind, and what it names. */
import { readUint32 } from '../bytes.ts';
import { unreachable } from '../errors.ts';
import type { InfoHash } from '../units.ts';
import { parseChannelMessage, type ToldPieces } from '../wire/channels.ts';
import { decodeMessage } from '../wire/decode-message.ts';
import { HANDSHAKE_BYTES } from '../wire/handshake.ts';
import { type Message, PIECE_HEADER_BYTES } from '../wire/messages.ts';
import { parseMetadataMessage } from '../wire/metadata.ts';

/** Every kind that can stand in a trace. Envelopes of the channels extension are named by what is in them. */
export const MESSAGE_KINDS = [
  'handshake',
  'keepAlive',
  'choke',
  'unchoke',
  'interested',
  'notInterested',
  'have',
  'bitfield',
  'request',
  'piece',
  'cancel',
  'port',
  'suggest',
  'haveAll',
  'haveNone',
  'reject',
  'allowedFast',
  'hashRequest',
  'hashes',
  'hashReject',
  'extensionHandshake',
  'dontHave',
  'metadataRequest',
  'metadataData',
  'metadataReject',
  'channelOpen',
  'channelAccept',
  'channelClose',
  'give',
  'unknown',
] as const;

export type MessageKind = (typeof MESSAGE_KINDS)[number];

export interface TracedMessage {
  readonly kind: MessageKind;
  /** On the wire, envelope and block included. */
  readonly bytes: number;
  /** Number of the channel; undefined for what is the link's. */
  readonly channel?: number;
  /** Of an open: the torrent that it names. */
  readonly torrent?: InfoHash;
  readonly index?: number;
  readonly begin?: number;
  readonly length?: number;
  /** Pieces that a bitfield, an open or an accept tells of; undefined for all of them. */
  readonly count?: number;
}

const PREFIX_AND_ID_BYTES = 5;
/** Length prefix, extended message's id, the receiver's id, type and channel (CH2), which stand for an inner prefix. */
const ENVELOPE_BYTES = 11;

/** What is of no torrent, though it is said outside any envelope, as on channel 0. */
const OF_THE_LINK = new Set<MessageKind>(['keepAlive', 'choke', 'unchoke', 'port', 'extensionHandshake']);

export const HANDSHAKE: TracedMessage = { kind: 'handshake', bytes: HANDSHAKE_BYTES };

/** The receiver's ids for extended messages (BEP 10); undefined: not named. */
export interface ExtendedIds {
  readonly channels: number | undefined;
  readonly dontHave: number | undefined;
  readonly metadata: number | undefined;
}

/** @throws PeerError for an envelope of another form (CH9) */
export function describeMessage(message: Message, ids: ExtendedIds): TracedMessage {
  if (message.type === 'extended' && message.id === ids.channels)
    return describeEnvelope(message.payload, ids);
  const described = describePlain(message, ids);
  return OF_THE_LINK.has(described.kind) ? described : { ...described, channel: 0 };
}

function describeEnvelope(payload: Uint8Array, ids: ExtendedIds): TracedMessage {
  const said = parseChannelMessage(payload);
  const bytes = PREFIX_AND_ID_BYTES + 1 + payload.length;
  const channel = said.number;
  switch (said.type) {
    case 'open':
    case 'begin':
      return { kind: 'channelOpen', bytes, channel, torrent: said.infoHash, ...countOf(said.pieces) };
    case 'accept':
      return { kind: 'channelAccept', bytes, channel, ...countOf(said.pieces) };
    case 'close':
      return { kind: 'channelClose', bytes, channel };
    case 'give':
      return { kind: 'give', bytes, channel, index: said.piece };
    case 'message': {
      const inner = decodeMessage(said.inner);
      return { ...describePlain(inner, ids), bytes: ENVELOPE_BYTES + said.inner.length, channel };
    }
    default:
      return unreachable(said);
  }
}

function describePlain(message: Message, ids: ExtendedIds): TracedMessage {
  switch (message.type) {
    case 'keepAlive':
      return { kind: 'keepAlive', bytes: 4 };
    case 'have':
    case 'suggest':
    case 'allowedFast':
      return { kind: message.type, bytes: PREFIX_AND_ID_BYTES + 4, index: message.piece };
    case 'request':
    case 'cancel':
    case 'reject': {
      const { type: kind, piece: index, beginBytes: begin, lengthBytes: length } = message;
      return { kind, bytes: PREFIX_AND_ID_BYTES + 12, index, begin, length };
    }
    case 'piece': {
      const { piece: index, beginBytes: begin, block } = message;
      return { kind: 'piece', bytes: PIECE_HEADER_BYTES + block.length, index, begin, length: block.length };
    }
    case 'bitfield': {
      const bytes = PREFIX_AND_ID_BYTES + message.bytes.length;
      return { kind: 'bitfield', bytes, count: countBits(message.bytes) };
    }
    case 'extended': {
      const bytes = PREFIX_AND_ID_BYTES + 1 + message.payload.length;
      return { ...describeExtended(message.id, message.payload, ids), bytes };
    }
    case 'port':
      return { kind: 'port', bytes: PREFIX_AND_ID_BYTES + 2 };
    case 'hashRequest':
    case 'hashReject':
      return { kind: message.type, bytes: PREFIX_AND_ID_BYTES + message.wanted.length };
    case 'hashes': {
      const { wanted, hashes } = message;
      return { kind: 'hashes', bytes: PREFIX_AND_ID_BYTES + wanted.length + hashes.length };
    }
    default:
      return { kind: message.type, bytes: PREFIX_AND_ID_BYTES };
  }
}

function describeExtended(
  id: number,
  payload: Uint8Array,
  ids: ExtendedIds,
): Pick<TracedMessage, 'kind' | 'index'> {
  if (id === 0) return { kind: 'extensionHandshake' };
  if (id === ids.dontHave && payload.length === 4) return { kind: 'dontHave', index: readUint32(payload, 0) };
  return (id === ids.metadata && describeMetadata(payload)) || { kind: 'unknown' };
}

const METADATA_KINDS = {
  request: 'metadataRequest',
  data: 'metadataData',
  reject: 'metadataReject',
} as const;

function describeMetadata(payload: Uint8Array): Pick<TracedMessage, 'kind' | 'index'> | undefined {
  const { kind, piece } = parseMetadataMessage(payload);
  return kind && { kind: METADATA_KINDS[kind], index: piece };
}

function countOf(pieces: ToldPieces): { readonly count?: number } {
  if (pieces.type === 'all') return {};
  return { count: pieces.type === 'none' ? 0 : countBits(pieces.bytes) };
}

function countBits(bytes: Uint8Array): number {
  let count = 0;
  for (let byte of bytes) for (; byte !== 0; byte &= byte - 1) count++;
  return count;
}
