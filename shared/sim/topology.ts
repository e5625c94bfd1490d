/** Who knows whom in a swarm that is too large for everyone to know everyone. */
import { type Random, shuffle } from '../random.ts';
import type { SimHost } from './host.ts';

/** Whose addresses the tracker gives to whom. */
export type Topology = ReadonlyMap<SimHost, readonly SimHost[]>;

const MAX_DRAWS = 100;

/**
 * Each host is told of half as many others as it is to know, drawn at random, and is itself told to as many: links go
 * both ways. The origin, which dials nobody, is told to as many hosts as any host knows.
 * @returns undefined when there are so few hosts that everyone knows everyone
 */
export function drawTopology(
  origin: SimHost,
  hosts: readonly SimHost[],
  peersPerHost: number,
  random: Random,
): Topology | undefined {
  if (hosts.length <= peersPerHost) return undefined;
  const toldCount = Math.ceil(peersPerHost / 2);
  const knowsOrigin = new Set(shuffle([...hosts], random).slice(0, peersPerHost));
  const topology = new Map<SimHost, SimHost[]>();
  for (const host of hosts) {
    const told = new Set<SimHost>();
    // In a swarm hardly larger than that, those who are left may all have been told of it already.
    for (let draws = 0; told.size < toldCount && draws < toldCount * MAX_DRAWS; draws++) {
      const other = hosts[random.integer(hosts.length)] as SimHost;
      if (other !== host && !topology.get(other)?.includes(host)) told.add(other);
    }
    topology.set(host, knowsOrigin.has(host) ? [...told, origin] : [...told]);
  }
  return topology;
}
