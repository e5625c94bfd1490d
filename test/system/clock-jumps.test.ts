/** Somebody sets the clock of a node while shoppers ask: what waits, expires or is banned goes by another clock. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, type RunningNode } from '../support/fleet.ts';
import { faultsIn } from '../support/image-load.ts';
import { answered, LoadedFleet, setClock } from '../support/loaded-fleet.ts';

const HOUR_MS = 3_600_000;
const loaded = new LoadedFleet();

beforeAll(() => loaded.start(), 180_000);
afterAll(() => loaded.fleet.close());

const feedsLost = () => loaded.edges.filter(({ node }) => node.output().includes('feed lost')).length;

async function anHourAheadAndTwoBack(node: RunningNode, meanwhile?: () => Promise<unknown>) {
  const answers = await loaded.underLoad(async (load) => {
    await setClock(node, HOUR_MS);
    await answered(load, 200);
    await setClock(node, -HOUR_MS);
    await answered(load, 40);
    await meanwhile?.();
  });
  await setClock(node, 0);
  return answers;
}

it.each([
  ['an edge', () => loaded.a.node, 'stream'],
  ['the origin', () => loaded.fleet.origin, 'brushes'],
] as const)(
  'the clock of %s jumps: all is served, no feed is lost, and what is published comes',
  async (_who, node, photo) => {
    const answers = await anHourAheadAndTwoBack(node(), () => loaded.publish(photo));
    expect(faultsIn(answers)).toEqual([]);
    expect(feedsLost()).toBe(0);
  },
  60_000,
);

it('the clock of an edge jumps while the origin is dead: all is served', async () => {
  await loaded.fleet.origin.kill('SIGKILL');
  await eventually('the edges noticed', () => feedsLost() === loaded.edges.length);
  const answers = await anHourAheadAndTwoBack(loaded.a.node);
  expect(faultsIn(answers)).toEqual([]);
}, 60_000);
