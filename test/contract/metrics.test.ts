/** /metrics of a real origin and a real edge, read by a strict reader. */
import { describe, expect, test } from 'vitest';
import { type Family, namingFaults, parseExposition } from '../support/exposition.ts';
import { askPort } from '../support/http-client.ts';
import { askHttp2 } from '../support/http2-client.ts';
import { ROLES, type Role, SPOKEN, startRoles } from './http-roles.ts';

const roles = startRoles(SPOKEN);

async function scrape(role: Role): Promise<Map<string, Family>> {
  const { status, headers, body } = await askPort(roles.port(role), '/metrics');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parseExposition(body.toString());
}

async function value(role: Role, series: string): Promise<number | undefined> {
  return (await scrape(role)).get(series.slice(0, series.indexOf('{')))?.samples.get(series);
}

const labelOf = (role: Role): string => (role === 'origin' ? 'origin' : 'edge');

describe.each(ROLES)('%s', (role) => {
  test('names, units and help of our own metrics keep the rules of prometheus.io', async () => {
    const own = [...(await scrape(role))].filter(([name]) => name.startsWith('shoal_'));
    expect(own.length).toBeGreaterThan(20);
    expect(own.flatMap(([name, family]) => namingFaults(name, family).map((f) => `${name}: ${f}`))).toEqual(
      [],
    );
  });

  test('the process, its event loop and its build are told', async () => {
    const families = await scrape(role);
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      expect(families.has(name), name).toBe(true);
    const [build] = families.get('shoal_build_info')!.samples.keys();
    expect(build).toContain(`role="${labelOf(role)}"`);
    expect(build).toContain(`node="${process.version}"`);
  });

  test('a request counts as hit, miss or refused; whatever is asked, no series comes that was not there', async () => {
    const counted = (result: string) =>
      value(role, `shoal_image_requests_total{result="${result}",role="${labelOf(role)}"}`);
    const before = await Promise.all(['hit', 'miss', 'refused'].map(counted));
    // Not the runtime's own: it has a series for each kind of open handle.
    const series = async () =>
      [...(await scrape(role))].flatMap(([name, { samples }]) =>
        name.startsWith('shoal_') ? [...samples.keys()] : [],
      );
    await askPort(roles.port(role), `${roles.path}/160.jpg`);
    await askPort(roles.port(role), `${roles.path}/nothing`);
    await askPort(roles.port(role), `${roles.path}/160.jpg`, { 'if-match': '"x"' });
    await askPort(roles.port(role), `${roles.path}/160.jpg`, { 'if-none-match': '*' });
    await askPort(roles.port(role), `${roles.path}/160.jpg`, {}, 'HEAD');
    await askPort(roles.port(role), `${roles.path}/160.jpg`, {}, 'OPTIONS');
    const known = await series();
    for (let i = 0; i < 20; i++)
      await askPort(roles.port(role), `${roles.path}/${i}.jpg?x=${i}`, { accept: `image/x${i}` });
    expect(await series()).toEqual(known);
    const after = await Promise.all(['hit', 'miss', 'refused'].map(counted));
    expect(after.map((count, i) => count! - before[i]!)).toEqual([3, 21, 1]);
  });
});

test('with TLS, when the certificate ends', async () => {
  const { body } = await askHttp2(roles.port('edge over HTTP/2'), '/metrics');
  const family = parseExposition(body.toString()).get('shoal_certificate_expiry_timestamp_seconds')!;
  const [endsAt] = family.samples.values();
  expect(endsAt! * 1000 - Date.now()).toBeGreaterThan(86_400_000);
});

test('what the edge fetched, holds and may hold', async () => {
  const families = await scrape('edge');
  const samples = (name: string) => families.get(name)!.samples;
  const size = roles.image.renditions.reduce((sum, { bytes }) => sum + bytes, 0);
  const received = [...samples('shoal_swarm_received_bytes_total').values()];
  expect(received.reduce((sum, bytes) => sum + bytes, 0)).toBe(size);
  expect(samples('shoal_edge_cache_bytes').get('shoal_edge_cache_bytes{tier="disk"}')).toBe(size);
  expect(samples('shoal_edge_cache_limit_bytes').get('shoal_edge_cache_limit_bytes{tier="disk"}')).toBe(
    Number.POSITIVE_INFINITY,
  );
  expect(samples('shoal_edge_log_lag_entries').get('shoal_edge_log_lag_entries{}')).toBe(0);
  expect(samples('shoal_edge_evictions_total').size).toBe(2);
});
