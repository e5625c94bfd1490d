/**
 * Rendezvous (highest random weight) hashing, Thaler and Ravishankar 1998: every browser gives each pair of image
 * and edge the same weight, so one image stays on one edge, and an edge that leaves moves only its own images.
 */
export function rendezvousWeight(key: string, node: string): number {
  return mix(fnv1a(`${node}\n${key}`));
}

/** Highest weight first; equal weights by name, so that the order never depends on the input's. */
export function rendezvousOrder<Node>(
  key: string,
  nodes: readonly Node[],
  nameOf: (node: Node) => string,
): Node[] {
  return nodes
    .map((node) => ({ node, name: nameOf(node), weight: rendezvousWeight(key, nameOf(node)) }))
    .sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1))
    .map(({ node }) => node);
}

/** FNV-1a, 32 bits, over UTF-16 code units. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Murmur3's finaliser: FNV alone leaves names that differ in their last letter with like weights. */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
