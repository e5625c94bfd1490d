/** The HTTP side as Prometheus sees it: names, help and labels of what {@link HttpMetrics} counts. */
import { Counter, type Registry } from 'prom-client';
import { CLIENT_CLOSED_REQUEST, type HttpMetrics, ROUTES } from './http-metrics.ts';
import { LATENCY_SECONDS } from './latency-rows.ts';
import { PlainHistogram } from './plain-histogram.ts';
import { ScrapedMetrics } from './scraped-metrics.ts';

const IMAGE_ROUTES = ['named', 'negotiated', 'pad', 'image_other'] as const;

export function registerHttp(registry: Registry, metrics: HttpMetrics): void {
  const { role } = metrics;
  new Counter({
    name: 'shoal_http_requests_total',
    help: 'HTTP requests answered, by route and status code; 499 is a client that left before.',
    labelNames: ['role', 'route', 'status'],
    registers: [registry],
    collect() {
      this.reset();
      for (const route of ROUTES)
        metrics.answers[route].forEach((count, status) => {
          if (count > 0) this.inc({ role, route, status }, count);
        });
    },
  });
  new Counter({
    name: 'shoal_image_requests_total',
    help: 'Requests for images by result: hit is memory, disk or 304; swarm and web_seed had to be fetched; miss is 404.',
    labelNames: ['role', 'result'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [result, count] of Object.entries(imageResults(metrics))) this.inc({ role, result }, count);
    },
  });
  new Counter({
    name: 'shoal_http_sent_bytes_total',
    help: 'Image bytes sent over HTTP, by where they came from; those of a fetched answer count when it has ended.',
    labelNames: ['role', 'source'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [source, count] of Object.entries(metrics.bytes)) this.inc({ role, source }, count);
    },
  });
  new ScrapedMetrics(registry).gauges(
    'shoal_certificate_expiry_timestamp_seconds',
    'Unix time at which the TLS certificate in use ends.',
    'role',
    () => {
      const { certificateEndsAtMs: endsAtMs } = metrics;
      return endsAtMs === undefined ? [] : [[role, endsAtMs / 1000]];
    },
  );
  new PlainHistogram(
    'shoal_http_first_byte_seconds',
    'Seconds from a request for image bytes to the first byte of the answer.',
    LATENCY_SECONDS,
    () => metrics.firstByteRows(),
  ).register(registry);
  new PlainHistogram(
    'shoal_http_request_duration_seconds',
    'Seconds from a request for image bytes until the last byte of the answer is handed to the kernel or its queue.',
    LATENCY_SECONDS,
    () => metrics.lastByteRows(),
  ).register(registry);
}

/** Worked out when someone looks, so that the warm path counts nothing but its status. */
function imageResults({ answers, arriving }: HttpMetrics) {
  const { begun, ...ended } = arriving;
  const results = { ...ended, miss: 0, refused: 0 };
  results.hit -= begun;
  for (const route of IMAGE_ROUTES)
    answers[route].forEach((count, status) => {
      if (status === 404) results.miss += count;
      else if (status === CLIENT_CLOSED_REQUEST) results.aborted += count;
      else if (status >= 500) results.error += count;
      else if (status >= 400) results.refused += count;
      // The answer to OPTIONS is about no image.
      else if (status !== 204) results.hit += count;
    });
  return results;
}
