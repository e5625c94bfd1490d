/** Prometheus' view of a node of either role: its HTTP side, its status, its swarm, and the process's own figures. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { NodeStatus } from '../../api-types/status.ts';
import type { SwarmFigures } from '../swarm-node-api.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { registerHttp } from './register-http.ts';
import { ScrapedMetrics } from './scraped-metrics.ts';

export interface NodeFigures {
  status(): NodeStatus;
  swarm(): SwarmFigures;
}

/**
 * How often the event loop's delay is sampled. The default of 10 ms is a hundred wake-ups a second: half of what an idle
 * node used (2.1 % of a core; docs/benchmarks.md). A loop that stands still for a second is seen as well.
 */
const LOOP_SAMPLE_MS = 100;

/** What only one role has, such as the origin's tracker, it adds to the registry that it gets. */
export function createRegistry(metrics: HttpMetrics, figures: NodeFigures): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_SAMPLE_MS });
  registerHttp(registry, metrics);
  registerStatus(registry, () => figures.status());
  registerSwarm(new ScrapedMetrics(registry), () => figures.swarm());
  return registry;
}

function registerStatus(registry: Registry, status: () => NodeStatus): void {
  new Gauge({
    name: 'shoal_build_info',
    help: 'Always 1; the labels say what runs here.',
    labelNames: ['role', 'name', 'version', 'node'],
    registers: [registry],
    collect() {
      const { role, name, version } = status();
      this.set({ role, name, version, node: process.version }, 1);
    },
  });
  const scraped = new ScrapedMetrics(registry);
  scraped.gauges('shoal_images', 'Images this node knows of, and those it holds whole.', 'state', () =>
    Object.entries(status().images),
  );
  scraped.gauges(
    'shoal_content_bytes',
    'Content this node means to hold, and what of it is verified.',
    'state',
    () => {
      const { wanted, verified } = status().bytes;
      return Object.entries({ wanted, verified });
    },
  );
  scraped.counters('shoal_swarm_received_bytes_total', 'Payload fetched, by source.', 'source', () => {
    const { fromPeers, fromOrigin } = status().bytes;
    return Object.entries({ peers: fromPeers, web_seed: fromOrigin });
  });
  scraped.counter(
    'shoal_swarm_sent_bytes_total',
    'Payload sent to other nodes over the wire.',
    () => status().bytes.uploaded,
  );
  scraped.gauge('shoal_peers', 'Connected nodes.', () => status().peers);
  scraped.gauge(
    'shoal_log_entries',
    'Number of the last log entry that is in effect.',
    () => status().log.number,
  );
  scraped.gauges('shoal_log_trouble', '1 when the log is stale, or was offered forked.', 'state', () => {
    const { stale, forked } = status().log;
    return Object.entries({ stale: Number(stale), forked: Number(forked) });
  });
}

function registerSwarm(scraped: ScrapedMetrics, swarm: () => SwarmFigures): void {
  scraped.gauge('shoal_links', 'Open links to other nodes.', () => swarm().links);
  scraped.gauge('shoal_channels', 'Torrents in use on links.', () => swarm().channels);
  scraped.gauge(
    'shoal_torrents_wanting',
    'Torrents of which something is wanted and not held.',
    () => swarm().torrentsWanting,
  );
  scraped.gauge(
    'shoal_readers_waiting',
    'Readers that wait for their next piece.',
    () => swarm().readersWaiting,
  );
  scraped.gauge(
    'shoal_uploads_waiting',
    'Blocks that other nodes asked for and that wait for their turn.',
    () => swarm().uploadsWaiting,
  );
  scraped.gauge(
    'shoal_unwritten_bytes',
    'Pieces that came and are not yet hashed and stored.',
    () => swarm().unwrittenBytes,
  );
  scraped.counter(
    'shoal_swarm_wasted_bytes_total',
    'Payload that came twice, or for nothing.',
    () => swarm().counters.wastedBytes,
  );
  scraped.counter(
    'shoal_swarm_raced_bytes_total',
    'Payload that came twice because the web seed was raced for a reader.',
    () => swarm().counters.racedBytes,
  );
  scraped.counter(
    'shoal_swarm_hash_failures_total',
    'Pieces that failed their hash.',
    () => swarm().counters.failedPieces,
  );
  scraped.counter('shoal_swarm_bans_total', 'Nodes banned for lies or floods.', () => swarm().counters.bans);
}
