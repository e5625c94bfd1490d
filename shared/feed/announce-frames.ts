/** The frames `announce` and `peers`. Types: shared/api-types/feed.ts; rules: FA1 to FA4 of docs/PROTOCOL.md. */
import type { FeedClientFrame, FeedServerFrame, NumberRanges } from '../api-types/feed.ts';
import type { JsonObject } from '../log/json-object.ts';
import type { FeedErrorCode } from './feed-error.ts';
import { parseIpText } from './grammar.ts';

export type AnnounceFrame = Extract<FeedClientFrame, { type: 'announce' }>;
export type PeersFrame = Extract<FeedServerFrame, { type: 'peers' }>;

/** Of one list. A frame of three full lists, at seven digits a number, has 12 of the 16 KiB that a frame may have. */
export const MAX_FRAME_RANGES = 256;
export const MAX_FRAME_SETS = 256;
export const MAX_FRAME_ADDRESSES = 512;
/** What an announce over HTTP is answered with at most. */
export const MAX_SET_PEERS = 50;
const MAX_PORT = 65_535;

type Fields = JsonObject<FeedErrorCode>;

/** @throws PeerError `feed_frame_invalid` */
export function parseAnnounce(fields: Fields): AnnounceFrame {
  return {
    type: 'announce',
    has: parseRanges(fields, 'has'),
    wants: parseRanges(fields, 'wants'),
    left: parseRanges(fields, 'left'),
    whole: fields.flag('whole'),
  };
}

/** @throws PeerError `feed_frame_invalid` */
export function parsePeers(fields: Fields): PeersFrame {
  const addresses = fields.objects('addresses', MAX_FRAME_ADDRESSES).map((address) => ({
    ip: address.parsed('ip', 45, parseIpText),
    port: address.integer('port', 1, MAX_PORT),
  }));
  const sets = fields.objects('sets', MAX_FRAME_SETS).map((set) => ({
    entry: set.integer('entry', 1, Number.MAX_SAFE_INTEGER),
    peers: set.integers('peers', MAX_SET_PEERS, 0, addresses.length - 1),
  }));
  return { type: 'peers', addresses, sets };
}

/** @throws PeerError `feed_frame_invalid` for what is no list of rising ranges, or too long */
export function parseRanges(fields: Fields, name: string): NumberRanges {
  const numbers = fields.integers(name, 2 * MAX_FRAME_RANGES, 1, Number.MAX_SAFE_INTEGER);
  if (numbers.length % 2 !== 0) fields.fail(`${name} has a range without an end`);
  for (let at = 1; at < numbers.length; at++) {
    const rise = (numbers[at] as number) - (numbers[at - 1] as number);
    if (rise < (at % 2 === 0 ? 1 : 0)) fields.fail(`${name} does not rise`);
  }
  return numbers;
}
