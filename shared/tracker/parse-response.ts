/** Answers to an announce, as a node reads them from any tracker. */
import { decode } from '../bencode/bencode.ts';
import {
  asBytes,
  asDictionary,
  asInteger,
  asList,
  asText,
  type BencodeDictionary,
  type BencodeValue,
} from '../bencode/value.ts';
import { PeerError } from '../errors.ts';
import { formatIp, parseIp } from '../ip.ts';
import { COMPACT_IPV4_BYTES, COMPACT_IPV6_BYTES, expandPeers, type PeerAddress } from './compact.ts';
import type { TrackerErrorCode } from './tracker-error.ts';

export type AnnounceResponse =
  | {
      readonly type: 'peers';
      /** When to announce again, {@link MIN_INTERVAL_MS} to {@link MAX_INTERVAL_MS}. */
      readonly intervalMs: number;
      readonly peers: readonly PeerAddress[];
      readonly seeds: number | undefined;
      readonly leechers: number | undefined;
    }
  /** `retryMs` undefined: the tracker did not say; Infinity: never (BEP 31). */
  | { readonly type: 'failure'; readonly reason: string; readonly retryMs: number | undefined };

/** libtorrent's limit for an answer, checked before it is read (threat row 26). */
export const MAX_RESPONSE_BYTES = 1_048_576;
/** libtorrent's limit for the peers it remembers of one torrent. */
export const MAX_RESPONSE_PEERS = 3_000;
/** A dictionary of a peer is seven values and keys. */
const MAX_RESPONSE_ITEMS = 30_000;

/** A tracker that says 0 must not be asked in a loop; one that says a year would leave the node alone. */
export const MIN_INTERVAL_MS = 5_000;
export const MAX_INTERVAL_MS = 3_600_000;
/** What trackers commonly say. */
const DEFAULT_INTERVAL_MS = 1_800_000;
const MAX_REASON_CHARACTERS = 256;

/** @throws PeerError `bencode_*` or `tracker_response_invalid` */
export function parseAnnounceResponse(bytes: Uint8Array): AnnounceResponse {
  const value = decode(bytes, { maxBytes: MAX_RESPONSE_BYTES, maxItems: MAX_RESPONSE_ITEMS, maxDepth: 8 });
  const fields = asDictionary(value);
  if (!fields) throw invalid('not a dictionary');
  const failure = fields.get('failure reason');
  if (failure !== undefined) return parseFailure(failure, fields.get('retry in'));
  const ipv6 = bytesOf(fields, 'peers6');
  const peers = [...parsePeers(fields.get('peers')), ...parseCompact(ipv6, COMPACT_IPV6_BYTES)];
  return {
    type: 'peers',
    intervalMs: parseInterval(fields),
    peers: peers.slice(0, MAX_RESPONSE_PEERS),
    seeds: countOf(fields, 'complete'),
    leechers: countOf(fields, 'incomplete'),
  };
}

function parseFailure(reason: BencodeValue, retry: BencodeValue | undefined): AnnounceResponse {
  const text = asText(reason);
  if (text === undefined) throw invalid('failure reason is not text');
  const minutes = asInteger(retry) ?? Number.parseInt(asText(retry) ?? '', 10);
  const isNever = asText(retry) === 'never';
  const retryMs = isNever
    ? Number.POSITIVE_INFINITY
    : minutes > 0
      ? clampInterval(minutes * 60_000)
      : undefined;
  return { type: 'failure', reason: text.slice(0, MAX_REASON_CHARACTERS), retryMs };
}

function parsePeers(value: BencodeValue | undefined): PeerAddress[] {
  if (value === undefined) return [];
  const list = asList(value);
  if (list) return list.slice(0, MAX_RESPONSE_PEERS).flatMap(parsePeer);
  const bytes = asBytes(value);
  if (!bytes) throw invalid('peers is neither a string nor a list');
  return parseCompact(bytes, COMPACT_IPV4_BYTES);
}

function parseCompact(bytes: Uint8Array | undefined, size: number): PeerAddress[] {
  if (bytes === undefined) return [];
  if (bytes.length % size !== 0) throw invalid(`peers of ${bytes.length} bytes`);
  return expandPeers(bytes, size, MAX_RESPONSE_PEERS);
}

/** BEP 3 allows a host name as `ip`: dropped, because a node dials no names that strangers give it (threat row 25). */
function parsePeer(value: BencodeValue): PeerAddress[] {
  const fields = asDictionary(value);
  if (!fields) throw invalid('a peer is not a dictionary');
  const ip = asText(fields.get('ip'));
  const port = asInteger(fields.get('port'));
  if (ip === undefined || port === undefined) throw invalid('a peer without address');
  const address = parseIp(ip);
  return address && port >= 1 && port <= 65_535 ? [{ ip: formatIp(address), port }] : [];
}

/** The longer of the two: announcing before `min interval` gains nothing. */
function parseInterval(fields: BencodeDictionary): number {
  const seconds = Math.max(countOf(fields, 'interval') ?? 0, countOf(fields, 'min interval') ?? 0);
  return seconds === 0 && !fields.has('interval') ? DEFAULT_INTERVAL_MS : clampInterval(seconds * 1_000);
}

function clampInterval(intervalMs: number): number {
  return Math.min(Math.max(intervalMs, MIN_INTERVAL_MS), MAX_INTERVAL_MS);
}

function countOf(fields: BencodeDictionary, name: string): number | undefined {
  const value = fields.get(name);
  if (value === undefined) return undefined;
  const count = asInteger(value);
  if (count === undefined) throw invalid(`${name} is not a number`);
  return Math.max(count, 0);
}

function bytesOf(fields: BencodeDictionary, name: string): Uint8Array | undefined {
  const value = fields.get(name);
  const bytes = asBytes(value);
  if (value !== undefined && bytes === undefined) throw invalid(`${name} is not a string`);
  return bytes;
}

function invalid(message: string): PeerError<TrackerErrorCode> {
  return new PeerError('tracker_response_invalid', `announce answer: ${message}`);
}
