/** Origin and honest edges as one fleet: each knows the others' ids, and whose is the origin's. */
import type { Scenario } from './random-scenario.ts';

/** Now, and again when one of them came back under another id. */
export function tellFleet({ origin, hosts, isFleet }: Scenario): void {
  if (!isFleet) return;
  const members = [origin, ...hosts];
  const nodes = members.map((host) => ({ peerId: host.peerId, isOrigin: host === origin }));
  for (const host of members) host.input({ type: 'fleet', nodes });
}
