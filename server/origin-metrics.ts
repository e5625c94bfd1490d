/** What only an origin has to tell Prometheus: its tracker and its feed. */
import { Gauge, type Registry } from 'prom-client';
import type { OriginParts } from './origin-parts.ts';

export function registerOriginMetrics(
  registry: Registry,
  { tracker, feed, registry: edges }: Pick<OriginParts, 'tracker' | 'feed' | 'registry'>,
): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge('shoal_tracker_torrents', 'Torrents that the tracker knows.', () => tracker.swarmCount);
  gauge('shoal_tracker_peers', 'Peers in all swarms of the tracker.', () => tracker.peerCount);
  gauge('shoal_feed_sockets', 'Open feed sockets.', () => feed.sockets);
  gauge('shoal_fleet_edges', 'Live edges of the fleet.', () => edges.fleet(Date.now()).length);
}
