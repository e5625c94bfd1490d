/** Frames from an edge to the origin. Types and meaning: shared/api-types/feed.ts. */
import type { FeedClientFrame } from '../api-types/feed.ts';
import type { ByteCounts } from '../api-types/status.ts';
import { parseHash } from '../log/codec.ts';
import { JsonObject } from '../log/json-object.ts';
import { parsePeerId } from '../units.ts';
import { parseAnnounce, parseRanges } from './announce-frames.ts';
import { type FeedErrorCode, MAX_CLIENT_FRAME_CHARACTERS } from './feed-error.ts';
import { MAX_URL_CHARACTERS, parseBaseUrl, parseIpText, parseName } from './grammar.ts';

const MAX_COUNT = Number.MAX_SAFE_INTEGER;
const MAX_PORT = 65_535;
const MAX_VERSION = 65_535;
/** Longest token either side would compare. */
const MAX_TOKEN_CHARACTERS = 256;

type Fields = JsonObject<FeedErrorCode>;

export function encodeClientFrame(frame: FeedClientFrame): string {
  return JSON.stringify(frame);
}

/**
 * A `hello` of another version is read like ours: the origin answers `feed_version`, which it can only when the
 * fields that both versions share are understood.
 *
 * @throws PeerError `feed_frame_invalid`
 */
export function parseClientFrame(text: string): FeedClientFrame {
  const fields: Fields = JsonObject.parse(text, MAX_CLIENT_FRAME_CHARACTERS, 'feed_frame_invalid', 'frame');
  const type = fields.text('type', 32);
  switch (type) {
    case 'hello':
      return parseHello(fields);
    case 'progress':
      return parseProgress(fields);
    case 'announce':
      return parseAnnounce(fields);
    case 'wantHashes':
      return { type, sets: parseRanges(fields, 'sets') };
    case 'acknowledge':
      return { type, entry: fields.integer('entry', 0, MAX_COUNT) };
    case 'askHead':
      return { type, question: fields.integer('question', 0, MAX_COUNT) };
    default:
      return fields.fail('type is not known');
  }
}

function parseHello(fields: Fields): FeedClientFrame {
  const head = fields.object('head');
  return {
    type: 'hello',
    version: fields.integer('version', 1, MAX_VERSION),
    name: fields.parsed('name', 64, parseName),
    peerId: fields.parsed('peerId', 40, parsePeerId),
    peerPort: fields.integer('peerPort', 1, MAX_PORT),
    advertiseIp: fields.isNull('advertiseIp') ? null : fields.parsed('advertiseIp', 45, parseIpText),
    publicUrl: fields.isNull('publicUrl')
      ? null
      : fields.parsed('publicUrl', MAX_URL_CHARACTERS, parseBaseUrl),
    httpPort: fields.integer('httpPort', 1, MAX_PORT),
    head: { number: head.integer('number', 0, MAX_COUNT), hash: head.parsed('hash', 64, parseHash) },
    pieceHashes: fields.flag('pieceHashes'),
    fleetToken: fields.isNull('fleetToken') ? null : fields.text('fleetToken', MAX_TOKEN_CHARACTERS),
  };
}

function parseProgress(fields: Fields): FeedClientFrame {
  const images = fields.object('images');
  return {
    type: 'progress',
    applied: fields.integer('applied', 0, MAX_COUNT),
    images: {
      known: images.integer('known', 0, MAX_COUNT),
      complete: images.integer('complete', 0, MAX_COUNT),
    },
    bytes: parseByteCounts(fields.object('bytes')),
    peers: fields.integer('peers', 0, MAX_COUNT),
  };
}

function parseByteCounts(bytes: Fields): ByteCounts {
  return {
    wanted: bytes.integer('wanted', 0, MAX_COUNT),
    verified: bytes.integer('verified', 0, MAX_COUNT),
    fromPeers: bytes.integer('fromPeers', 0, MAX_COUNT),
    fromOrigin: bytes.integer('fromOrigin', 0, MAX_COUNT),
    uploaded: bytes.integer('uploaded', 0, MAX_COUNT),
  };
}
