/** How far an image set has come: what edges announced over their feeds, and which of them are there. */
import type { Spread } from '../../shared/api-types/admin.ts';
import type { FleetSets } from '../../shared/tracker/fleet-sets.ts';
import type { EdgeRegistry } from '../feed/edge-registry.ts';

/**
 * @param now monotonic, ms
 * @returns of the set that entry `number` published
 */
export function createSpread(
  registry: Pick<EdgeRegistry, 'fleet'>,
  sets: Pick<FleetSets, 'peersOf'>,
  now: () => number,
): (number: number) => Spread {
  return (number) => {
    const live = new Set(registry.fleet(now()).map(({ peerId }) => peerId));
    const holding = sets.peersOf(number).filter(({ isSeed, peerId }) => isSeed && live.has(peerId)).length;
    return { holding, of: live.size };
  };
}
