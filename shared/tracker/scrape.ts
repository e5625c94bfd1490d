/** Scrape (BEP 48): counts of some swarms, without peers. */
import { encode } from '../bencode/bencode.ts';
import { type BencodeInput, dictionary } from '../bencode/value.ts';
import { fromHex, toLatin1 } from '../bytes.ts';
import { type InfoHash, parseInfoHash } from '../units.ts';
import { decode20Bytes, invalid, splitQuery } from './raw-query.ts';

/** What fits into a UDP scrape too (BEP 15: "up to about 74"); aquatic has 70 to 255 (threat row 22). */
export const MAX_SCRAPE_HASHES = 70;

export interface SwarmCounts {
  readonly seeds: number;
  readonly leechers: number;
  /** Announces of `completed` ever seen. */
  readonly completed: number;
}

/**
 * A scrape that names no torrent asks for all of them: refused, because the answer has no limit.
 * @param rawQuery what stands after the `?`, not decoded
 * @returns each info-hash once, in the order asked
 * @throws PeerError `tracker_query_invalid`
 */
export function parseScrapeQuery(rawQuery: string): InfoHash[] {
  const hashes = new Set<InfoHash>();
  let count = 0;
  for (const [name, value] of splitQuery(rawQuery)) {
    if (name !== 'info_hash') continue;
    if (++count > MAX_SCRAPE_HASHES) throw invalid(`more than ${MAX_SCRAPE_HASHES} info-hashes`);
    hashes.add(parseInfoHash(decode20Bytes(name, value)) as InfoHash);
  }
  if (count === 0) throw invalid('info_hash is missing');
  return [...hashes];
}

/** Torrents that the tracker does not know are left out of `swarms` (BEP 48). */
export function encodeScrape(swarms: ReadonlyMap<InfoHash, SwarmCounts>): Uint8Array {
  const files = new Map<string, BencodeInput>();
  for (const [infoHash, { seeds, leechers, completed }] of swarms)
    files.set(
      toLatin1(fromHex(infoHash) as Uint8Array),
      dictionary({ complete: seeds, downloaded: completed, incomplete: leechers }),
    );
  return encode(dictionary({ files }));
}
