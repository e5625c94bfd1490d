/** The announce request of BEP 3 in both directions: read by the tracker, made by a node. */
import { type InfoHash, type PeerId, parseInfoHash, parsePeerId } from '../units.ts';
import { decode20Bytes, encodeHexBytes, invalid, splitQuery } from './raw-query.ts';

export type AnnounceEvent = 'started' | 'completed' | 'stopped' | 'periodic';

export interface AnnounceRequest {
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  readonly port: number;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** 0 makes a seed. A client that does not say, or cannot know yet, has all left: `Number.MAX_SAFE_INTEGER`. */
  readonly leftBytes: number;
  readonly event: AnnounceEvent;
  /** Peers wanted, 0 to {@link MAX_NUM_WANT}. */
  readonly numWant: number;
  /** BEP 23; false only when the client asks for the old form. */
  readonly compact: boolean;
  readonly noPeerId: boolean;
}

/** What opentracker and aquatic hand out at most: enough for any client, and an answer of 330 bytes. */
export const MAX_NUM_WANT = 50;

/** BEP 21 adds `paused`; some clients write `empty` or nothing for a periodic announce. */
const EVENTS: ReadonlyMap<string, AnnounceEvent> = new Map([
  ['', 'periodic'],
  ['empty', 'periodic'],
  ['paused', 'periodic'],
  ['started', 'started'],
  ['completed', 'completed'],
  ['stopped', 'stopped'],
]);

/** Parameters that are read. Each may stand once: of two, a proxy and we might each read another. */
const NAMES: ReadonlySet<string> = new Set([
  'info_hash',
  'peer_id',
  'port',
  'uploaded',
  'downloaded',
  'left',
  'event',
  'numwant',
  'compact',
  'no_peer_id',
]);

/**
 * All other parameters are ignored. So are `ip`, `ipv4` and `ipv6`: the tracker hands out the address that the
 * announce came from, else anyone could send a swarm to a victim (threat row 20; BEP 7 discourages them too).
 *
 * @param rawQuery what stands after the `?`, not decoded
 * @throws PeerError `tracker_query_invalid`
 */
export function parseAnnounceQuery(rawQuery: string): AnnounceRequest {
  const values = new Map<string, string>();
  for (const [name, value] of splitQuery(rawQuery)) {
    if (!NAMES.has(name)) continue;
    if (values.has(name)) throw invalid(`${name} stands twice`);
    values.set(name, value);
  }
  const event = EVENTS.get(values.get('event') ?? '');
  if (event === undefined) throw invalid('event is not known');
  return {
    infoHash: parseInfoHash(decode20Bytes('info_hash', required(values, 'info_hash'))) as InfoHash,
    peerId: parsePeerId(decode20Bytes('peer_id', required(values, 'peer_id'))) as PeerId,
    port: parsePort(required(values, 'port')),
    uploadedBytes: parseCount(values, 'uploaded', 0),
    downloadedBytes: parseCount(values, 'downloaded', 0),
    leftBytes: parseCount(values, 'left', Number.MAX_SAFE_INTEGER),
    event,
    numWant: parseNumWant(values.get('numwant')),
    compact: values.get('compact') !== '0',
    noPeerId: values.get('no_peer_id') === '1',
  };
}

export interface AnnounceParameters extends Omit<AnnounceRequest, 'compact' | 'noPeerId'> {
  /** Random and the same for one node's life, so that a tracker knows it again after its address changed. */
  readonly key?: string | undefined;
}

/** @param baseUrl the torrent's announce URL; a query that it has already is kept */
export function buildAnnounceUrl(baseUrl: string, parameters: AnnounceParameters): string {
  const { event, key } = parameters;
  const query = [
    `info_hash=${encodeHexBytes(parameters.infoHash)}`,
    `peer_id=${encodeHexBytes(parameters.peerId)}`,
    `port=${parameters.port}`,
    `uploaded=${parameters.uploadedBytes}`,
    `downloaded=${parameters.downloadedBytes}`,
    `left=${parameters.leftBytes}`,
    `numwant=${parameters.numWant}`,
    'compact=1',
    ...(event === 'periodic' ? [] : [`event=${event}`]),
    ...(key === undefined ? [] : [`key=${encodeURIComponent(key)}`]),
  ].join('&');
  const [withoutFragment = ''] = baseUrl.split('#');
  return `${withoutFragment}${withoutFragment.includes('?') ? '&' : '?'}${query}`;
}

function required(values: ReadonlyMap<string, string>, name: string): string {
  const value = values.get(name);
  if (value === undefined) throw invalid(`${name} is missing`);
  return value;
}

/** Port 0 is nobody's: handed out, it would be dialled in vain (threat row 20). */
function parsePort(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (port < 1 || port > 65_535) throw invalid('port is not from 1 to 65535');
  return port;
}

/** Clients that do not know write 2^63 - 1: more than a number holds exactly is taken as the most it holds. */
function parseCount(values: ReadonlyMap<string, string>, name: string, absent: number): number {
  const value = values.get(name);
  if (value === undefined || value === '') return absent;
  if (!/^\d{1,20}$/.test(value)) throw invalid(`${name} is not a number of bytes`);
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}

/** Negative means "as many as you like" to older clients; a million is brought down and is no error. */
function parseNumWant(value: string | undefined): number {
  if (value === undefined || value === '') return MAX_NUM_WANT;
  if (!/^-?\d{1,20}$/.test(value)) throw invalid('numwant is not a number');
  return value.startsWith('-') ? MAX_NUM_WANT : Math.min(Number(value), MAX_NUM_WANT);
}
