/**
 * Who counts together. One person can have thousands of peer ids, and a whole /24 or /48 of addresses for little
 * money, so strangers of one prefix share what one of them would get (threat row 1; BEP 42 draws the same lines for
 * the DHT). A node of the signed fleet counts for itself, whatever its address: a shop's edges may share one. So does
 * a private address: nobody on the internet has a choice of those.
 */
import { parseIp } from '../ip.ts';

export interface Groupable {
  readonly key: string;
  readonly ip: string;
  readonly isFleet: boolean;
}

/** Names the group; never empty. */
export function groupOf(node: Groupable): string {
  return node.isFleet || isPrivate(node.ip) ? node.key : prefixOf(node.ip);
}

/** /24 of IPv4, /48 of IPv6: what a single customer gets. Whatever is no address is its own prefix. */
export function prefixOf(ip: string): string {
  const bytes = parseIp(ip);
  if (!bytes) return ip;
  return `${bytes.subarray(0, bytes.length === 4 ? 3 : 6).join('.')}/`;
}

/** Loopback, link-local and private use: RFC 1918, RFC 3927, RFC 4193, RFC 4291, RFC 6598. */
export function isPrivate(ip: string): boolean {
  const bytes = parseIp(ip);
  if (!bytes) return false;
  const [a, b] = bytes as Uint8Array & { 0: number; 1: number };
  if (bytes.length === 4) {
    if (a === 10 || a === 127 || (a === 192 && b === 168) || (a === 169 && b === 254)) return true;
    return (a === 172 && b >> 4 === 1) || (a === 100 && b >> 6 === 1);
  }
  if ((a & 0xfe) === 0xfc || (a === 0xfe && (b & 0xc0) === 0x80)) return true;
  return bytes.every((byte, at) => byte === (at === 15 ? 1 : 0));
}
