import { afterAll, expect, it } from 'vitest';
import { runCacheTraffic } from '../support/cache-traffic.ts';
import { Fleet } from '../support/fleet.ts';

const fleet = new Fleet();
afterAll(() => fleet.close());

it('an edge with room for a fifth of what is asked for evicts, stays within its budget, and answers everything', async () => {
  const result = await runCacheTraffic(fleet, { images: 20, seconds: 5, requestsPerSecond: 60, seed: 1 });
  expect(result.failures).toEqual([]);
  expect(result.evicted).toBeGreaterThan(0);
  expect(result.mostDiskBytes).toBeGreaterThan(0);
  // Every rendition is smaller than the budget, so none comes in above it.
  expect(result.mostDiskBytes).toBeLessThanOrEqual(result.budgetBytes);
}, 120_000);
