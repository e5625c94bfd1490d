/** Addresses of the shop. Pure. */
export type Route =
  | { readonly kind: 'shop' }
  | { readonly kind: 'product'; readonly id: string }
  | { readonly kind: 'checkout' }
  | { readonly kind: 'unknown' };

export function parseRoute(path: string): Route {
  if (path === '/' || path === '/index.html') return { kind: 'shop' };
  if (path === '/checkout') return { kind: 'checkout' };
  const id = /^\/product\/([^/]+)\/?$/.exec(path)?.[1];
  const decoded = id === undefined ? undefined : decode(id);
  return decoded === undefined ? { kind: 'unknown' } : { kind: 'product', id: decoded };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
