/** Addresses of the sample shop's pages: the origin renders them, the storefront's script understands them. */

/** A page of the grid without script, from 1. */
export function listPath(category: string, page = 1): string {
  const query = [
    ...(category === '' ? [] : [`category=${encodeURIComponent(category)}`]),
    ...(page > 1 ? [`page=${page}`] : []),
  ];
  return query.length === 0 ? '/' : `/?${query.join('&')}`;
}

export function productPath(id: string): string {
  return `/product/${encodeURIComponent(id)}`;
}
