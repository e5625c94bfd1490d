/** What every .torrent of an origin says beside its info dictionary: where the origin is. */
import { decode, encode } from '../bencode/bencode.ts';
import { asDictionary } from '../bencode/value.ts';
import { fromUtf8 } from '../bytes.ts';

/** Edges write the same when they rebuild a .torrent. */
export function torrentUrls(publicUrl: string): {
  readonly announce: string;
  readonly webSeeds: readonly string[];
} {
  return { announce: `${publicUrl}/announce`, webSeeds: [`${publicUrl}/images/`] };
}

/**
 * The .torrent as it would be made now: an origin may have moved, or speak HTTPS since. What is hashed, the info
 * dictionary, stays byte for byte.
 * @returns the same bytes when nothing changed
 * @throws PeerError `bencode_*`
 */
export function withTorrentUrls(torrent: Uint8Array, publicUrl: string): Uint8Array {
  const { announce, webSeeds } = torrentUrls(publicUrl);
  const url = fromUtf8(announce);
  // The first key of bencode's order: nothing has to be read to see that it is right.
  const start = fromUtf8(`d8:announce${url.length}:${announce}`);
  if (start.every((byte, index) => torrent[index] === byte)) return torrent;
  const outer = asDictionary(decode(torrent));
  if (outer === undefined) return torrent;
  return encode(new Map([...outer, ['announce', url], ['url-list', webSeeds.map(fromUtf8)]]));
}

export const CREATED_BY = 'Shoal';
