/** Ed25519 and SHA-256 by node:crypto, for the log. Public keys travel as 32 raw bytes in hex (RFC 8032). */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { LogCrypto } from '../../log/entry.ts';

/** A log has few keys; hostile heads may name many, so the cache is emptied rather than grown. */
const MAX_CACHED_KEYS = 64;

export function createLogCrypto(): LogCrypto {
  const keys = new Map<string, KeyObject>();
  const keyOf = (publicKeyHex: string): KeyObject | undefined => {
    const cached = keys.get(publicKeyHex);
    if (cached) return cached;
    const key = importPublicKey(publicKeyHex);
    if (!key) return undefined;
    if (keys.size >= MAX_CACHED_KEYS) keys.clear();
    keys.set(publicKeyHex, key);
    return key;
  };
  return {
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    verifyEd25519: (publicKeyHex, bytes, signatureHex) => {
      const key = keyOf(publicKeyHex);
      if (!key || !/^[0-9a-f]{128}$/.test(signatureHex)) return false;
      return verify(null, bytes, key, Buffer.from(signatureHex, 'hex'));
    },
  };
}

function importPublicKey(publicKeyHex: string): KeyObject | undefined {
  if (!/^[0-9a-f]{64}$/.test(publicKeyHex)) return undefined;
  const x = Buffer.from(publicKeyHex, 'hex').toString('base64url');
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return undefined; // not a point of the curve
  }
}
