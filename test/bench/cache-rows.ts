/** The rows of the cache: beside LRU of single renditions, which is what a proxy before the origin keeps, and the bound. */
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

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
