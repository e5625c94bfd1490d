/** Whom a visitor asks, in order. */

/**
 * The visitor's own edge, the others after it, and the origin at last, as pages of the shop do. Pages know which edges
 * are away and leave them out; here each image finds it out anew, by a refused connection.
 */
export function sourcesInTurn(edges: readonly string[], own: number, origin: string): readonly string[] {
  const inTurn = edges.map((_, step) => edges[(own + step) % edges.length] as string);
  return [...new Set([...inTurn, origin])];
}
