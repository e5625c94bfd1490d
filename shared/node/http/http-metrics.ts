/**
 * Counters of the HTTP side. The hot path adds to plain numbers; Prometheus' objects are made when someone scrapes
 * (a labelled Counter.inc of prom-client hashes its labels at every call).
 */
import { Counter, type Registry } from 'prom-client';
import { PlainHistogram } from './plain-histogram.ts';
import type { ByteSource } from './rendition-source.ts';

/** A closed list, so that no request can make a new time series. */
export const ROUTES = ['named', 'negotiated', 'pad', 'image_other', 'health', 'api', 'other'] as const;
export type RouteLabel = (typeof ROUTES)[number];

export const BYTE_SOURCES = ['memory', 'disk', 'swarm'] as const satisfies readonly ByteSource[];

/** What nginx calls a client that went away before it was answered. */
export const CLIENT_CLOSED_REQUEST = 499;

/** Seconds. Warm answers take tens of microseconds, a cold one up to the web seed's limit. */
const FIRST_BYTE_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export class HttpMetrics {
  readonly #role: string;
  readonly #answers = perKey(ROUTES, () => new Float64Array(600));
  readonly #bytes = perKey(BYTE_SOURCES, () => ({ count: 0 }));
  readonly #firstByte = perKey(BYTE_SOURCES, () => new Float64Array(FIRST_BYTE_SECONDS.length + 2));

  constructor(role: 'origin' | 'edge') {
    this.#role = role;
  }

  answered(route: RouteLabel, status: number): void {
    const counts = this.#answers[route];
    counts[status] = (counts[status] ?? 0) + 1;
  }

  /** Content bytes handed to the socket. */
  sent(source: ByteSource, lengthBytes: number): void {
    this.#bytes[source].count += lengthBytes;
  }

  /** Time from the parsed request to the answer's first byte. */
  firstByte(source: ByteSource, elapsedMs: number): void {
    const row = this.#firstByte[source];
    const seconds = elapsedMs / 1000;
    let bucket = 0;
    while (bucket < FIRST_BYTE_SECONDS.length && seconds > (FIRST_BYTE_SECONDS[bucket] as number)) bucket++;
    row[bucket] = (row[bucket] as number) + 1;
    // The last cell holds the sum.
    row[row.length - 1] = (row[row.length - 1] as number) + seconds;
  }

  register(registry: Registry): void {
    const role = this.#role;
    const answers = this.#answers;
    const bytes = this.#bytes;
    new Counter({
      name: 'shoal_http_requests_total',
      help: 'HTTP requests answered.',
      labelNames: ['role', 'route', 'status'],
      registers: [registry],
      collect() {
        this.reset();
        for (const route of ROUTES)
          answers[route].forEach((count, status) => {
            if (count > 0) this.inc({ role, route, status }, count);
          });
      },
    });
    new Counter({
      name: 'shoal_http_sent_bytes_total',
      help: 'Image bytes sent over HTTP, by where they came from.',
      labelNames: ['role', 'source'],
      registers: [registry],
      collect() {
        this.reset();
        for (const source of BYTE_SOURCES) this.inc({ role, source }, bytes[source].count);
      },
    });
    const firstByte = new PlainHistogram(
      'shoal_http_first_byte_seconds',
      'Seconds from a request for image bytes to the first byte of the answer.',
      FIRST_BYTE_SECONDS,
      () => BYTE_SOURCES.map((source) => ({ labels: { role, source }, row: this.#firstByte[source] })),
    );
    firstByte.register(registry);
  }
}

function perKey<Key extends string, Value>(keys: readonly Key[], make: () => Value): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, make()])) as Record<Key, Value>;
}
