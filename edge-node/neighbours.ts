/**
 * Which siblings an edge links to of its own accord. In a fleet of a thousand nobody needs a link to everybody: some
 * forty reach all others in two steps, and whoever else has a set that few have, the origin names (FA6).
 */
import { prefixOf } from '../shared/choker/groups.ts';
import type { Address } from '../shared/engine/inputs.ts';
import type { PeerId } from '../shared/units.ts';

export interface Sibling {
  readonly peerId: PeerId;
  readonly address: Address;
}

/** A torrent has at most fifty links: room is left for those who link to us and for clients outside the fleet. */
export const MAX_NEIGHBOURS = 40;

/**
 * Half of them near, as far as there are such, and half from anywhere: a fleet in which everyone knows its own network
 * only would fall apart (BEP 40). By lot, but the same lot each time and for both ends: who comes or goes moves one
 * place, and two edges mostly choose each other or not.
 *
 * @param ownIp undefined: not known, nobody is near
 */
export function chooseNeighbours<Node extends Sibling>(
  ownPeerId: PeerId,
  ownIp: string | undefined,
  siblings: readonly Node[],
): readonly Node[] {
  if (siblings.length <= MAX_NEIGHBOURS) return siblings;
  const drawn = siblings
    .map((node) => ({ node, lot: lotOf(ownPeerId, node.peerId) }))
    .sort((a, b) => a.lot - b.lot)
    .map(({ node }) => node);
  const network = ownIp === undefined ? undefined : prefixOf(ownIp);
  const near = drawn.filter(({ address }) => prefixOf(address.ip) === network).slice(0, MAX_NEIGHBOURS / 2);
  const chosen = new Set(near);
  for (const node of drawn) {
    if (chosen.size === MAX_NEIGHBOURS) break;
    chosen.add(node);
  }
  return [...chosen];
}

/** FNV-1a, 32 bits, of both ids, the smaller one first. Who seeks a neighbour's place gains nothing but a link. */
function lotOf(a: PeerId, b: PeerId): number {
  const text = a < b ? a + b : b + a;
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
