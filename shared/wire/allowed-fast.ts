/** The allowed fast set of BEP 6: pieces a node may ask for while it is choked, so that it can start to trade. */
import { concatBytes, fromHex, readUint32 } from '../bytes.ts';
import { invariant } from '../errors.ts';
import type { InfoHash } from '../units.ts';

/** BEP 6 suggests 10; libtorrent grants 5, enough to start and little to abuse (threat row 11). */
export const ALLOWED_FAST_COUNT = 5;

/**
 * The same for all nodes of one /24, so that a second address of the same network gains nothing.
 *
 * @param ip the asking node's IPv4 address in dotted form; for any other form the set is empty, since BEP 6
 * defines none for IPv6
 * @param count pieces wanted; a torrent of fewer pieces gives all of them
 * @returns piece numbers in the order in which BEP 6 draws them
 */
export function allowedFastSet(
  ip: string,
  infoHash: InfoHash,
  pieceCount: number,
  count: number,
  sha1: (bytes: Uint8Array) => Uint8Array,
): number[] {
  const network = networkOf(ip);
  if (!network) return [];
  const hash = fromHex(infoHash);
  invariant(hash?.length === 20, 'an info-hash is 20 bytes');
  const wanted = Math.min(count, pieceCount);
  const pieces = new Set<number>();
  let x = concatBytes([network, hash]);
  while (pieces.size < wanted) {
    x = sha1(x);
    for (let i = 0; i < 5 && pieces.size < wanted; i++) pieces.add(readUint32(x, 4 * i) % pieceCount);
  }
  return [...pieces];
}

/** The address with its last byte zero. */
function networkOf(ip: string): Uint8Array | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(ip);
  if (!match) return undefined;
  const parts = match.slice(1).map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return Uint8Array.from([...parts.slice(0, 3), 0]);
}
