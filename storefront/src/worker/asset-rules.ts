/** What the service worker does with a request. Pure, so that the rules can be tested without a browser. */

export type Rule =
  /** Bytes that never change, by whichever edge they came: kept ones first. */
  | { readonly kind: 'image'; readonly key: string; readonly imageId: string }
  /** Names with a hash of the content. */
  | { readonly kind: 'asset'; readonly key: string }
  /** Products change and are purged: the network first, what is kept only without it. */
  | { readonly kind: 'products'; readonly key: string }
  /** A page of the shop: as products. */
  | { readonly kind: 'page'; readonly key: string }
  /** Not the shop's: the worker keeps out. */
  | { readonly kind: 'pass' };

const PASS: Rule = { kind: 'pass' };
/** A query may be a signature, or ask for another size: then the address names more than a rendition. */
const IMAGE = /\/images\/([0-9a-f]{24})\/(\d{1,5}\.(?:avif|webp|jpg))$/;
const ASSET = /^\/(?:assets\/[^/]+|icon\.svg)$/;
const PRODUCTS = /^\/api\/products(?:\/[^/]+)?$/;
const PAGE = /^\/(?:product\/[^/]+\/?|checkout)?$/;

export interface Asked {
  readonly url: string;
  readonly method: string;
  /** Of the Request: `navigate` for pages. */
  readonly mode: string;
}

/** @param shopOrigin origin of the page that the worker belongs to */
export function ruleFor({ url, method, mode }: Asked, shopOrigin: string): Rule {
  const { origin, pathname, search } = new URL(url);
  if (method !== 'GET') return PASS;
  const [, imageId, name] = search === '' ? (IMAGE.exec(pathname) ?? []) : [];
  if (imageId !== undefined)
    return { kind: 'image', key: `${shopOrigin}/images/${imageId}/${name}`, imageId };
  if (origin !== shopOrigin) return PASS;
  if (mode === 'navigate') return PAGE.test(pathname) ? { kind: 'page', key: origin + pathname } : PASS;
  if (ASSET.test(pathname)) return { kind: 'asset', key: url };
  return PRODUCTS.test(pathname) ? { kind: 'products', key: url } : PASS;
}
