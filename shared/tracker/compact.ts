/** Peers as six bytes (BEP 23) or, for IPv6, eighteen (BEP 7): address and port in network order. */
import { formatIp, parseIp } from '../ip.ts';

export interface PeerAddress {
  /** IP literal; IPv4-mapped IPv6 as IPv4. */
  readonly ip: string;
  readonly port: number;
}

export const COMPACT_IPV4_BYTES = 6;
export const COMPACT_IPV6_BYTES = 18;

/** `undefined` for text that is no IP literal. */
export function compactPeer(ip: string, port: number): Uint8Array | undefined {
  const address = parseIp(ip);
  if (!address) return undefined;
  const bytes = new Uint8Array(address.length + 2);
  bytes.set(address);
  bytes[address.length] = port >>> 8;
  bytes[address.length + 1] = port;
  return bytes;
}

/** @param size 6 or 18, of which `bytes` must hold a whole number of; at most `max` peers, those of port 0 dropped */
export function expandPeers(bytes: Uint8Array, size: number, max: number): PeerAddress[] {
  const peers: PeerAddress[] = [];
  for (let at = 0; at + size <= bytes.length && peers.length < max; at += size) {
    const port = ((bytes[at + size - 2] as number) << 8) | (bytes[at + size - 1] as number);
    if (port !== 0) peers.push({ ip: formatIp(bytes.subarray(at, at + size - 2)), port });
  }
  return peers;
}
