/** What only an origin has to tell Prometheus: its tracker, its feed and how far its edges are. */
import type { Registry } from 'prom-client';
import { ScrapedMetrics } from '../shared/node/http/scraped-metrics.ts';
import type { OriginParts } from './origin-parts.ts';

export function registerOriginMetrics(
  registry: Registry,
  { tracker, feed, registry: edges, catalog }: Pick<OriginParts, 'tracker' | 'feed' | 'registry' | 'catalog'>,
): void {
  const scraped = new ScrapedMetrics(registry);
  const live = () => edges.edges(performance.now()).filter((edge) => edge.live);
  scraped.gauge('shoal_tracker_torrents', 'Torrents that the tracker knows.', () => tracker.swarmCount);
  scraped.gauge('shoal_tracker_peers', 'Peers in all swarms of the tracker.', () => tracker.peerCount);
  scraped.gauge('shoal_feed_sockets', 'Open feed sockets.', () => feed.sockets);
  scraped.gauge('shoal_fleet_edges', 'Live edges of the fleet.', () => live().length);
  scraped.gauge(
    'shoal_fleet_log_lag_entries',
    'Log entries that the live edge furthest behind has not applied, as it said last.',
    () => live().reduce((most, { logNumber }) => Math.max(most, catalog.head().number - logNumber), 0),
  );
}
