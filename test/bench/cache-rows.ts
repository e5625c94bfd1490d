/** The rows of the cache: beside LRU of single renditions, which is what a proxy before the origin keeps, and the bound. */
import { runCacheTraffic } from '../support/cache-traffic.ts';
import { Fleet } from '../support/fleet.ts';
import { runCacheBench } from './cache.ts';
import type { Row } from './row.ts';

export function cacheRows(): Row[] {
  const { seed, requests, ours, lru, lruOfSets, bound, mostBytes, budgetBytes } = runCacheBench();
  const trace = `cache, ${requests.toLocaleString('en')} requests, room for a fifth (seed ${seed})`;
  const row = (what: 'requests' | 'bytes'): Row => ({
    what: `${trace}: hits by ${what}`,
    measured: `${percent(ours[what])}; LRU ${percent(lru[what])}, LRU of sets ${percent(lruOfSets[what])}, bound ${percent(bound[what])}`,
    mark: 'above LRU',
    isMet: ours[what] > lru[what],
  });
  const most: Row = {
    what: `${trace}: most bytes held`,
    measured: `${percent(mostBytes / budgetBytes)} of the budget`,
    mark: 'at most 100 %',
    isMet: mostBytes <= budgetBytes,
  };
  return [row('requests'), row('bytes'), most];
}

/** A real edge process; its memory cache and V8's heap are full by the second half. */
export async function cacheSoakRows(): Promise<Row[]> {
  const fleet = new Fleet();
  try {
    const options = { images: 60, seconds: 90, requestsPerSecond: 100, seed: 1 };
    const result = await runCacheTraffic(fleet, options);
    for (const failure of result.failures) console.error(failure);
    const what = `edge, ${options.seconds} s of ${options.requestsPerSecond} requests a second, room for a fifth`;
    return [
      {
        what: `${what}: wrong or missing answers`,
        measured: `${result.failures.length} of ${result.requests}; ${result.evicted} sets evicted`,
        mark: 'none',
        isMet: result.failures.length === 0,
      },
      {
        what: `${what}: most on disk`,
        measured: `${percent(result.mostDiskBytes / result.budgetBytes)} of the budget`,
        mark: 'at most 100 %',
        isMet: result.mostDiskBytes <= result.budgetBytes,
      },
      {
        what: `${what}: memory, second half`,
        measured: `${result.memorySlope.toFixed(1)} MB a minute`,
        mark: 'less than 10',
        isMet: result.memorySlope < 10,
      },
    ];
  } finally {
    await fleet.close();
  }
}

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
