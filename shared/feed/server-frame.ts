/** Frames from the origin to an edge. Types and meaning: shared/api-types/feed.ts. */
import type { FeedRefusal, FeedServerFrame, SetHashes } from '../api-types/feed.ts';
import { parseKey, parseSigned } from '../log/codec.ts';
import { JsonObject } from '../log/json-object.ts';
import { parseInfoHash, parsePeerId } from '../units.ts';
import { parsePeers, parseRanges } from './announce-frames.ts';
import { type FeedErrorCode, MAX_SERVER_FRAME_CHARACTERS } from './feed-error.ts';
import { MAX_HOST_CHARACTERS, MAX_URL_CHARACTERS, parseBaseUrl, parseHost } from './grammar.ts';

/** By contract of the `entries` frame. */
export const MAX_FRAME_ENTRIES = 256;
/** An edge links to a few dozen siblings; a fleet beyond this is told in part. */
export const MAX_FLEET_NODES = 4096;
const MAX_COUNT = Number.MAX_SAFE_INTEGER;
const MAX_PORT = 65_535;
const MAX_VERSION = 65_535;
/** 52 bytes a piece and at most 1,024 pieces, in hexadecimal; a set with more is fetched as a .torrent. */
export const MAX_SET_HASHES_CHARACTERS = 128 * 1024;
/** Shown to an operator. */
const MAX_MESSAGE_CHARACTERS = 512;

const REFUSALS: Record<FeedRefusal, true> = {
  feed_version: true,
  feed_hello_invalid: true,
  feed_token_wrong: true,
  feed_ahead: true,
  feed_fork: true,
  feed_full: true,
  feed_seat_taken: true,
};

type Fields = JsonObject<FeedErrorCode>;

export function encodeServerFrame(frame: FeedServerFrame): string {
  return JSON.stringify(frame);
}

/**
 * Entries and heads come out as they were signed; what is in them the log judges (shared/log).
 * @throws PeerError `feed_frame_invalid`
 */
export function parseServerFrame(text: string): FeedServerFrame {
  const fields: Fields = JsonObject.parse(text, MAX_SERVER_FRAME_CHARACTERS, 'feed_frame_invalid', 'frame');
  const type = fields.text('type', 32);
  switch (type) {
    case 'welcome':
      return {
        type,
        version: fields.integer('version', 1, MAX_VERSION),
        rootKey: fields.parsed('rootKey', 64, parseKey),
        peer: parsePeer(fields.object('peer')),
        publicUrl: fields.parsed('publicUrl', MAX_URL_CHARACTERS, parseBaseUrl),
        ...(fields.has('acknowledgements') && fields.flag('acknowledgements')
          ? { acknowledgements: true }
          : {}),
      };
    case 'entries':
      return {
        type,
        entries: fields.objects('entries', MAX_FRAME_ENTRIES).map(parseSigned),
        pieceHashes: fields.objects('pieceHashes', MAX_FRAME_ENTRIES).map(parseSetHashes),
      };
    case 'head':
      return {
        type,
        head: parseSigned(fields.object('head')),
        ...(fields.has('answers') ? { answers: fields.integer('answers', 0, MAX_COUNT) } : {}),
      };
    case 'fleet':
      return { type, nodes: fields.objects('nodes', MAX_FLEET_NODES).map(parseNode) };
    case 'peers':
      return parsePeers(fields);
    case 'hashes':
      return {
        type,
        sets: parseRanges(fields, 'sets'),
        pieceHashes: fields.objects('pieceHashes', MAX_FRAME_ENTRIES).map(parseSetHashes),
      };
    case 'refused':
      return {
        type,
        code: fields.parsed('code', 32, parseRefusal),
        message: fields.text('message', MAX_MESSAGE_CHARACTERS),
      };
    default:
      return fields.fail('type is not known');
  }
}

function parsePeer(peer: Fields) {
  return {
    peerId: peer.parsed('peerId', 40, parsePeerId),
    host: peer.isNull('host') ? null : peer.parsed('host', MAX_HOST_CHARACTERS, parseHost),
    port: peer.integer('port', 1, MAX_PORT),
  };
}

function parseSetHashes(set: Fields): SetHashes {
  return {
    infoHash: set.parsed('infoHash', 40, parseInfoHash),
    hashes: set.text('hashes', MAX_SET_HASHES_CHARACTERS),
  };
}

function parseNode(node: Fields) {
  return {
    peerId: node.parsed('peerId', 40, parsePeerId),
    host: node.parsed('host', MAX_HOST_CHARACTERS, parseHost),
    port: node.integer('port', 1, MAX_PORT),
    ...(node.has('url') ? { url: node.parsed('url', MAX_URL_CHARACTERS, parseBaseUrl) } : {}),
  };
}

function parseRefusal(text: string): FeedRefusal | undefined {
  return Object.hasOwn(REFUSALS, text) ? (text as FeedRefusal) : undefined;
}
