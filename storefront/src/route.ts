/** Addresses of the shop. Pure. */
export type Route =
  | { readonly kind: 'shop' }
  | { readonly kind: 'product'; readonly id: string }
  | { readonly kind: 'unknown' };

export function parseRoute(path: string): Route {
  if (path === '/' || path === '/index.html') return { kind: 'shop' };
  const id = /^\/product\/([^/]+)\/?$/.exec(path)?.[1];
  const decoded = id === undefined ? undefined : decode(id);
  return decoded === undefined ? { kind: 'unknown' } : { kind: 'product', id: decoded };
}

export function productPath(id: string): string {
  return `/product/${encodeURIComponent(id)}`;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
