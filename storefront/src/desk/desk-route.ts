/** Addresses of the desk. */
export type DeskRoute =
  | { readonly kind: 'products' }
  | { readonly kind: 'new' }
  | { readonly kind: 'product'; readonly id: string }
  | { readonly kind: 'unused' }
  | { readonly kind: 'unknown' };

export function parseDeskRoute(path: string): DeskRoute {
  const [root, page, id, ...rest] = path.split('/').filter((segment) => segment !== '');
  if (root !== 'desk' || rest.length > 0) return { kind: 'unknown' };
  if (page === undefined) return { kind: 'products' };
  if (page === 'product' && id !== undefined) return { kind: 'product', id: decoded(id) };
  if (id !== undefined) return { kind: 'unknown' };
  return page === 'new' || page === 'unused' ? { kind: page } : { kind: 'unknown' };
}

export function deskProductPath(id: string): string {
  return `/desk/product/${encodeURIComponent(id)}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
