/** Random identity of a node, and comparison of secrets. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type PeerId, parsePeerId } from '../../units.ts';

/** BEP 20, Azureus style: SH for Shoal, version 0.1.0, then 12 bytes from the system's random source. */
const CLIENT_PREFIX = Buffer.from('-SH0100-', 'latin1');

export function randomPeerId(): PeerId {
  return parsePeerId(Buffer.concat([CLIENT_PREFIX, randomBytes(12)]).toString('hex')) as PeerId;
}

/** 32 random bytes as 43 characters that need no escape in a URL or a header. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Whether two secrets are equal, in a time that depends on neither. Both are hashed first, so that their lengths
 * do not show either.
 */
export function equalTokens(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(given), digest(expected));
}
