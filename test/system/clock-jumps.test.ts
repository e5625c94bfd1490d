/** Somebody sets the clock of a node while shoppers ask: what waits, expires or is banned goes by another clock. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsIn } from '../support/image-load.ts';
import { answered, LoadedFleet, setClock } from '../support/loaded-fleet.ts';

const HOUR_MS = 3_600_000;
const loaded = new LoadedFleet();

beforeAll(() => loaded.start(), 60_000);
afterAll(() => loaded.fleet.close());

const feedsLost = () => loaded.edges.filter(({ node }) => node.output().includes('feed lost')).length;

describe.each([['an edge', () => loaded.a.node, 'stream']] as const)(
  'the clock of %s jumps',
  (_who, node, photo) => {
    it('an hour ahead, and two back: all is served, no feed is lost, and what is published comes', async () => {
      const answers = await loaded.underLoad(async (load) => {
        await setClock(node(), HOUR_MS);
        await answered(load, 200);
        await setClock(node(), -HOUR_MS);
        await answered(load, 40);
        await loaded.publish(photo);
      });
      expect(faultsIn(answers)).toEqual([]);
      expect(feedsLost()).toBe(0);
      await setClock(node(), 0);
    });
  },
);
