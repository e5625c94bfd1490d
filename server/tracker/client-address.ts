/**
 * Whose request is it? The socket's address; `X-Forwarded-For` counts only when the socket belongs to a proxy
 * that the operator named, and then its rightmost entry that is no such proxy (threat row 20). What a request
 * says of itself (`ip=` of BEP 3, `ipv4=` and `ipv6=` of BEP 7) is never believed.
 */
import { BlockList, isIP, SocketAddress } from 'node:net';

/** Longer headers are no chain of proxies but an attempt to keep us busy. */
const MAX_FORWARDED_CHARACTERS = 1_024;

export interface TrustedProxies {
  trusts(ip: string): boolean;
}

/**
 * @param entries IP literals or CIDR blocks, e.g. `127.0.0.1`, `10.0.0.0/8`, `::1`
 * @returns undefined when one of them is neither
 */
export function trustedProxies(entries: readonly string[]): TrustedProxies | undefined {
  // The common case, and a check makes an object for each request.
  if (entries.length === 0) return { trusts: () => false };
  const blocks = new BlockList();
  for (const entry of entries) {
    const [ip = '', bits, ...rest] = entry.split('/');
    const family = isIP(ip);
    if (family === 0 || rest.length > 0) return undefined;
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) blocks.addAddress(ip, type);
    else if (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
      blocks.addSubnet(ip, Number(bits), type);
    else return undefined;
  }
  return { trusts: (ip) => blocks.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4') };
}

/** One spelling for each address: no zone, IPv4-mapped IPv6 as IPv4, IPv6 as RFC 5952. undefined: no address. */
export function canonicalIp(text: string): string | undefined {
  const bare = text.replace(/%.*$/, '');
  const family = isIP(bare);
  if (family === 0) return undefined;
  if (family === 4) return bare;
  const address = new SocketAddress({ address: bare, family: 'ipv6' }).address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  return mapped?.[1] ?? address;
}

/** @returns undefined when the socket is gone or a named proxy does not tell whom it speaks for */
export function clientAddress(
  socketIp: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
  proxies: TrustedProxies,
): string | undefined {
  const peer = socketIp === undefined ? undefined : canonicalIp(socketIp);
  if (peer === undefined || !proxies.trusts(peer)) return peer;
  const header = typeof forwardedFor === 'string' ? forwardedFor : (forwardedFor ?? []).join(',');
  // A request of the proxy itself (a health check, a node on the same machine) carries no header.
  if (header === '') return peer;
  if (header.length > MAX_FORWARDED_CHARACTERS) return undefined;
  for (const hop of header.split(',').reverse()) {
    const ip = canonicalIp(hop.trim());
    if (ip === undefined || !proxies.trusts(ip)) return ip;
  }
  return peer;
}

const LOCAL_BLOCKS =
  '10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 127.0.0.0/8 169.254.0.0/16 100.64.0.0/10 ::1 fe80::/10 fc00::/7'.split(
    ' ',
  );
const local = trustedProxies(LOCAL_BLOCKS);

/** Loopback, link-local, private and carrier-grade NAT ranges (RFC 6890): never reached from the open internet. */
export const isLocalIp = (ip: string): boolean => local?.trusts(ip) ?? false;
