/** Prometheus' view of a node: its status as gauges and counters, read when someone scrapes, and the process's own. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { NodeStatus } from '../../api-types/status.ts';
import type { HttpMetrics } from './http-metrics.ts';

/** Adds further metrics of one role, such as those of the origin's tracker, to the registry it gets. */
export function createRegistry(metrics: HttpMetrics, status: () => NodeStatus): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  metrics.register(registry);
  registerStatus(registry, status);
  return registry;
}

function registerStatus(registry: Registry, status: () => NodeStatus): void {
  const gauge = (name: string, help: string, read: (now: NodeStatus) => Readonly<Record<string, number>>) =>
    register(Gauge, registry, name, help, () => read(status()));
  const counter = (name: string, help: string, read: (now: NodeStatus) => Readonly<Record<string, number>>) =>
    register(Counter, registry, name, help, () => read(status()));

  gauge('shoal_images', 'Images this node knows of, and those it holds whole.', ({ images }) => ({
    ...images,
  }));
  gauge(
    'shoal_content_bytes',
    'Content this node means to hold, and what of it is verified.',
    ({ bytes }) => ({
      wanted: bytes.wanted,
      verified: bytes.verified,
    }),
  );
  counter('shoal_transferred_bytes_total', 'Payload moved between nodes since start.', ({ bytes }) => ({
    from_peers: bytes.fromPeers,
    from_origin: bytes.fromOrigin,
    uploaded: bytes.uploaded,
  }));
  gauge('shoal_peers', 'Connected nodes.', ({ peers }) => ({ connected: peers }));
  gauge('shoal_log_number', 'Number of the last log entry applied.', ({ log }) => ({ applied: log.number }));
  gauge('shoal_log_trouble', '1 when the log is stale, or was offered forked.', ({ log }) => ({
    stale: log.stale ? 1 : 0,
    forked: log.forked ? 1 : 0,
  }));
}

/** Both classes clear and fill the same way; `state` is the one label. */
function register(
  Kind: typeof Gauge | typeof Counter,
  registry: Registry,
  name: string,
  help: string,
  read: () => Readonly<Record<string, number>>,
): void {
  new Kind({
    name,
    help,
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [state, value] of Object.entries(read())) this.inc({ state }, value);
    },
  });
}
