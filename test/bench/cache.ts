/**
 * The edge's own cache keeper over an hour of traffic, with room for a fifth of the catalog's bytes; beside LRU and
 * beside what no cache can surpass.
 *
 * The bound is PFOO-L (Berger, Beckmann, Harchol-Balter 2018): a cache of C bytes over T requests has C x T of room and
 * time. To hit a request, its rendition had to lie there since the request before: its size times so many requests. The
 * cheapest hits are taken until all room is used, though not all of them could lie there at once: so it is an upper
 * bound for any policy, offline ones too. Belady's rule itself is optimal for equal sizes only.
 */
import { CacheKeeper, type EndClaim } from '../../edge-node/images/cache-keeper.ts';
import { type Worth, worthByRecency, worthPerByte } from '../../edge-node/images/cache-policy.ts';
import { type CacheRequest, cacheTrace } from './cache-trace.ts';

export interface HitRatios {
  readonly requests: number;
  readonly bytes: number;
}

export interface CacheBench {
  readonly seed: number;
  readonly requests: number;
  readonly catalogBytes: number;
  readonly budgetBytes: number;
  readonly ours: HitRatios;
  /** Of whole sets, by the same keeper. */
  readonly lruOfSets: HitRatios;
  /** Of single renditions, as a proxy in front of the origin would keep them. */
  readonly lru: HitRatios;
  readonly bound: HitRatios;
  /** Most bytes held at any time, by ours. */
  readonly mostBytes: number;
}

const CACHE_PART = 5;

export function runCacheBench(seed = 1): CacheBench {
  const { requests, catalogBytes } = cacheTrace(seed);
  const budgetBytes = Math.floor(catalogBytes / CACHE_PART);
  const { mostBytes, ...ours } = throughKeeper(requests, budgetBytes, worthPerByte);
  const { requests: hits, bytes } = throughKeeper(requests, budgetBytes, worthByRecency);
  return {
    seed,
    requests: requests.length,
    catalogBytes,
    budgetBytes,
    ours,
    lruOfSets: { requests: hits, bytes },
    lru: throughLru(requests, budgetBytes),
    bound: upperBound(requests, budgetBytes),
    mostBytes,
  };
}

class HitCount {
  #requests = 0;
  #bytes = 0;
  #hits = 0;
  #hitBytes = 0;

  count(isHit: boolean, bytes: number): void {
    this.#requests++;
    this.#bytes += bytes;
    if (!isHit) return;
    this.#hits++;
    this.#hitBytes += bytes;
  }

  get ratios(): HitRatios {
    return { requests: this.#hits / this.#requests, bytes: this.#hitBytes / this.#bytes };
  }
}

function throughKeeper(
  requests: readonly CacheRequest[],
  budgetBytes: number,
  worth: Worth,
): HitRatios & { mostBytes: number } {
  const held = new Map<string, Set<string>>();
  const hits = new HitCount();
  let mostBytes = 0;
  const keeper = new CacheKeeper({
    budgetBytes,
    prefetch: 'none',
    isHeld: () => false,
    isHere: () => true,
    evict: (infoHash) => {
      held.delete(infoHash);
      return undefined;
    },
    worth,
  });
  for (const { image, rendition } of requests) {
    hits.count(held.get(image.infoHash)?.has(rendition.name) ?? false, rendition.bytes);
    keeper.asked(image.infoHash);
    // Nothing takes time here, so room is there at once.
    (keeper.claim(image, rendition, 0) as EndClaim)();
    const renditions = held.get(image.infoHash) ?? new Set();
    held.set(image.infoHash, renditions.add(rendition.name));
    mostBytes = Math.max(mostBytes, keeper.heldBytes);
  }
  return { ...hits.ratios, mostBytes };
}

function throughLru(requests: readonly CacheRequest[], budgetBytes: number): HitRatios {
  const held = new Map<string, number>();
  const hits = new HitCount();
  let bytes = 0;
  for (const { rendition } of requests) {
    hits.count(held.has(rendition.root), rendition.bytes);
    if (!held.delete(rendition.root)) bytes += rendition.bytes;
    held.set(rendition.root, rendition.bytes);
    for (const [oldest, size] of held) {
      if (bytes <= budgetBytes) break;
      held.delete(oldest);
      bytes -= size;
    }
  }
  return hits.ratios;
}

function upperBound(requests: readonly CacheRequest[], budgetBytes: number): HitRatios {
  const last = new Map<string, number>();
  const intervals: { bytes: number; length: number }[] = [];
  let allBytes = 0;
  for (const [at, { rendition }] of requests.entries()) {
    const before = last.get(rendition.root);
    if (before !== undefined) intervals.push({ bytes: rendition.bytes, length: at - before });
    last.set(rendition.root, at);
    allBytes += rendition.bytes;
  }
  const room = budgetBytes * requests.length;
  const byRequests = fill(intervals, room, ({ bytes, length }) => bytes * length);
  const byBytes = fill(intervals, room, ({ length }) => length);
  return { requests: byRequests.hits / requests.length, bytes: byBytes.bytes / allBytes };
}

type Interval = { readonly bytes: number; readonly length: number };

function fill(
  intervals: readonly Interval[],
  room: number,
  price: (interval: Interval) => number,
): { hits: number; bytes: number } {
  let left = room;
  let hits = 0;
  let bytes = 0;
  for (const interval of [...intervals].sort((a, b) => price(a) - price(b))) {
    left -= interval.bytes * interval.length;
    if (left < 0) break;
    hits++;
    bytes += interval.bytes;
  }
  return { hits, bytes };
}
