/** The metrics that only edges have: the feed, the log behind it, joins and the cache. */
import type { Registry } from 'prom-client';
import { ScrapedMetrics } from '../shared/node/http/scraped-metrics.ts';
import type { EdgeStatusParts } from './edge-status.ts';

export function registerEdgeMetrics(registry: Registry, parts: EdgeStatusParts): void {
  const scraped = new ScrapedMetrics(registry);
  registerFeed(scraped, parts);
  registerCache(scraped, parts);
}

function registerFeed(scraped: ScrapedMetrics, { follower, catchUp, log, table }: EdgeStatusParts): void {
  scraped.counters(
    'shoal_edge_feed_refusals_total',
    'What was refused on the feed, by reason.',
    'code',
    () => follower.refusals,
  );
  scraped.gauge('shoal_edge_feed_connected', '1 while the feed is open.', () => Number(follower.isConnected));
  scraped.gauge(
    'shoal_edge_log_lag_entries',
    'Log entries up to the head that the origin told last and that are not in effect here.',
    () => catchUp.lagEntries,
  );
  scraped.gauge(
    'shoal_edge_log_head_age_seconds',
    'Age of the last signed entry or heartbeat; +Inf before the first.',
    () => {
      const { headTimeMs } = log.status();
      return headTimeMs === null ? Number.POSITIVE_INFINITY : Math.max(0, Date.now() - headTimeMs) / 1000;
    },
  );
  scraped.counter(
    'shoal_edge_purges_total',
    'Purge entries in effect here, those read from disk at start too.',
    () => table.purged,
  );
}

function registerCache(scraped: ScrapedMetrics, { images, cacheBytes, memoryBytes }: EdgeStatusParts): void {
  const figures = () => images.figures();
  scraped.counters(
    'shoal_edge_join_failures_total',
    'Joins that failed, by reason.',
    'code',
    () => figures().failures,
  );
  scraped.gauges(
    'shoal_edge_cache_bytes',
    'What the cache holds: joined image sets on disk (or what they will take), hot renditions in memory.',
    'tier',
    () => {
      const { cachedBytes, hotBytes } = figures();
      return Object.entries({ disk: cachedBytes, memory: hotBytes });
    },
  );
  scraped.gauges('shoal_edge_cache_limit_bytes', 'What the cache may hold; +Inf is no limit.', 'tier', () =>
    Object.entries({ disk: cacheBytes, memory: memoryBytes }),
  );
  scraped.counters(
    'shoal_edge_evictions_total',
    'Image sets that left the cache: for the byte budget, or by a purge.',
    'reason',
    () => Object.entries(figures().evicted).map(([reason, { sets }]) => [reason, sets] as const),
  );
  scraped.counters(
    'shoal_edge_evicted_bytes_total',
    'Bytes of the image sets that left the cache.',
    'reason',
    () => Object.entries(figures().evicted).map(([reason, { bytes }]) => [reason, bytes] as const),
  );
}
