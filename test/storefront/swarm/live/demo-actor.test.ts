import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { demoOffers } from '../../../../storefront/src/swarm/live/demo-actor.ts';
import { readRecording } from '../../../../storefront/src/swarm/source/recording.ts';

const recording = new URL('../../../support/one-seed-three-edges.ndjson', import.meta.url);
const log = readRecording(readFileSync(recording, 'utf8'));
const offered = (node?: number) =>
  demoOffers(log, node === undefined ? undefined : { kind: 'node', node }).map(([, act]) => act.act);

it('the demo offers what it can do to an edge that is up, and never ends its origin', () => {
  const roles = log.newest.nodes.map(({ role }) => role);
  expect(offered()).toEqual(['add']);
  expect(offered(roles.indexOf('origin'))).toEqual(['add']);
  expect(offered(roles.indexOf('edge'))).toEqual(['kill', 'slow', 'slow', 'add']);
  expect(offered(99)).toEqual(['add']);
});
