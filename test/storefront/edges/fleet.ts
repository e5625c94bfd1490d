/** Edges for tests, written short: `edge('a', { latencyMs: 20 })`. */
import { type EdgeHealth, UNKNOWN_HEALTH } from '../../../storefront/src/edges/health.ts';
import type { KnownEdge } from '../../../storefront/src/edges/known-edge.ts';
import type { ImageSource } from '../../../storefront/src/edges/rank.ts';

export const ORIGIN: ImageSource = { kind: 'origin', name: 'origin', url: 'http://origin' };

export function edge(name: string, health: Partial<EdgeHealth> = {}): KnownEdge {
  const probe = health.latencyMs === undefined ? 'none' : 'ok';
  return {
    name,
    url: `http://${name}`,
    listedAtMs: 0,
    health: { ...UNKNOWN_HEALTH, probe, ...health },
  };
}

/** 24 hex digits from a number, as image ids are. */
export const imageIdOf = (number: number) =>
  (number * 2_654_435_761).toString(16).padStart(24, '0').slice(-24);
