import { expect, it } from 'vitest';
import { edgesToProbe } from '../../../storefront/src/edges/probe-plan.ts';
import { edge } from './fleet.ts';

it('asks those in doubt first, then those not asked for longest', () => {
  const fleet = [
    edge('fresh', { latencyMs: 1, probedAtMs: 30 }),
    edge('old', { latencyMs: 1, probedAtMs: 10 }),
    edge('dead', { probe: 'failed', probedAtMs: 25 }),
    edge('new'),
  ];
  expect(edgesToProbe(fleet, 3).map(({ name }) => name)).toEqual(['new', 'dead', 'old']);
});

it('a shopper probes eight edges a round, however large the fleet', () => {
  expect(edgesToProbe(Array.from({ length: 60 }, (_, number) => edge(`e${number}`)))).toHaveLength(8);
});
