/** What the key of a peer tells of where it is. The key is its compact address in hex (compact.ts). */
import { COMPACT_IPV4_BYTES } from './compact.ts';

/** An IPv4 address; the first 8 bytes of an IPv6 one, for a machine has all addresses of its /64 (RFC 4291). */
export function siteOf(key: string): string {
  return key.length === 2 * COMPACT_IPV4_BYTES ? key.slice(0, 8) : key.slice(0, 16);
}

/** First 3 bytes of an IPv4 address, first 6 of an IPv6 one: what BEP 40 takes for one network. */
export function networkOf(key: string): string {
  return key.slice(0, key.length === 2 * COMPACT_IPV4_BYTES ? 6 : 12);
}
