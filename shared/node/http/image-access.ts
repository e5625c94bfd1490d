/**
 * Who may have images: signed addresses and hot-link rules, both off unless configured. Looked at before the catalog
 * and any cache; a refusal is 403 that no cache keeps, and an answer is one for the asking browser only.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { allowsReferer, type RefererRule } from '../../http/referers.ts';
import { parseImageRoute } from '../../http/route.ts';
import { type Hmac, signUrl, type UrlKey, verifyUrl } from '../../http/signed-url.ts';
import type { HttpMetrics } from './http-metrics.ts';
import type { RequestHandler } from './image-route.ts';
import { sendProblem } from './problem-response.ts';

export interface ImageAccess {
  /** Empty: addresses need no signature. The first signs. */
  readonly keys: readonly UrlKey[];
  readonly referers: RefererRule;
}

export const hmacSha256: Hmac = (secret, bytes) => createHmac('sha256', secret).update(bytes).digest();

const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

export const isOpen = ({ keys, referers }: ImageAccess): boolean =>
  keys.length === 0 && referers.hosts.length === 0;

/** An edge asks its origin's web seed with addresses that it signs itself, good for a minute. */
const WEB_SEED_SECONDS = 60;

/** @returns the address with a signature; undefined: this node has no keys, and signs nothing */
export function webSeedSigner({ keys }: ImageAccess): ((url: URL) => URL) | undefined {
  const [key] = keys;
  if (key === undefined) return undefined;
  return (url) => {
    const expires = Math.floor(Date.now() / 1000) + WEB_SEED_SECONDS;
    return new URL(signUrl(url.pathname + url.search, key, expires, hmacSha256), url);
  };
}

export function createImageAccess(
  access: ImageAccess,
  route: RequestHandler,
  metrics: HttpMetrics,
): RequestHandler {
  if (isOpen(access)) return route;
  return function imageRouteForThoseWhoMay(req, res) {
    const { url = '', headers, method } = req;
    if (method === 'OPTIONS' || parseImageRoute(url) === undefined) return route(req, res);
    const refuse = (code: string, detail: string): boolean => {
      metrics.answered('image_other', 403);
      sendProblem(res, { status: 403, code, detail });
      return true;
    };
    if (!allowsReferer(access.referers, headers.referer, headers.host))
      return refuse('referer_refused', 'Pages of this site may not show these images.');
    if (access.keys.length === 0) return route(req, res);
    const verdict = verifyUrl(url, access.keys, Date.now() / 1000, hmacSha256, equal);
    if (verdict === 'ok') return route(req, res);
    if (verdict === 'expired') return refuse('url_expired', 'The address is no longer good.');
    return refuse('url_unsigned', 'The address has no signature, or not the right one.');
  };
}
