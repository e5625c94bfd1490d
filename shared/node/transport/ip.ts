/** One spelling per address, so that caps, bans and the fleet's reserved places cannot be walked around. */
import { isIPv6 } from 'node:net';

const MAPPED_DOTTED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;
const MAPPED_HEX = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** IPv4-mapped IPv6 becomes IPv4 (RFC 4291 section 2.5.5.2); IPv6 loses its zone and its capitals. */
export function normaliseIp(ip: string): string {
  if (!ip.includes(':')) return ip;
  const plain = (ip.split('%')[0] as string).toLowerCase();
  const dotted = MAPPED_DOTTED.exec(plain);
  if (dotted) return dotted[1] as string;
  const hex = MAPPED_HEX.exec(plain);
  if (!hex) return isIPv6(plain) ? plain : ip;
  const [high, low] = [Number.parseInt(hex[1] as string, 16), Number.parseInt(hex[2] as string, 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}
