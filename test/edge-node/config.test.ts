import { expect, test } from 'vitest';
import { defaultName, EDGE_FLAGS, edgeConfig } from '../../edge-node/config.ts';
import { type Environment, parseFlags } from '../../shared/node/config/parse-flags.ts';

const command = { name: 'shoal-edge', summary: 'edge', version: '1', flags: EDGE_FLAGS };

function parsed(flags: string, environment: Environment = {}) {
  const result = parseFlags(command, flags.split(' ').filter(Boolean), environment);
  if (result.type !== 'run') throw new Error(result.type === 'wrong' ? result.message : result.text);
  return edgeConfig(result.values);
}

test('the origin alone is enough: everything else has a default', () => {
  const config = parsed('--origin http://origin:8080/');
  expect(config).toMatchObject({
    origin: 'http://origin:8080',
    host: '0.0.0.0',
    port: 8081,
    peerPort: 6882,
    prefetch: 'all',
    peers: 'all',
    cacheBytes: Number.POSITIVE_INFINITY,
    upRateBytesPerSecond: Number.POSITIVE_INFINITY,
    downRateBytesPerSecond: Number.POSITIVE_INFINITY,
    advertiseIp: undefined,
  });
  expect(config.name).toMatch(/-8081$/);
  expect(config.dataFolder.endsWith(`/data/${config.name}`)).toBe(true);
});

test('all flags of the contract are read', () => {
  const config = parsed(
    `--origin https://o.example/shop --host 127.0.0.1 --port 0 --data /tmp/x --peer-port 0 --advertise-ip 192.0.2.7
     --name north-1 --prefetch none --peers origin --cache-bytes 1000000 --up-rate 2500000 --down-rate 5000000
     --public-url https://img.example --root-key ${'A'.repeat(64)} --fleet-token s3cret
     --tls-cert /etc/c.pem --tls-key /etc/k.pem --access-log --trace off`.replace(/\s+/g, ' '),
  );
  expect(config).toEqual({
    origin: 'https://o.example/shop',
    host: '127.0.0.1',
    port: 0,
    dataFolder: '/tmp/x',
    peerPort: 0,
    advertiseIp: '192.0.2.7',
    name: 'north-1',
    publicUrl: 'https://img.example',
    prefetch: 'none',
    peers: 'origin',
    cacheBytes: 1_000_000,
    memoryBytes: 134_217_728,
    workers: 0,
    upRateBytesPerSecond: 2_500_000,
    downRateBytesPerSecond: 5_000_000,
    rootKey: 'a'.repeat(64),
    fleetToken: 's3cret',
    access: { keys: [], referers: { hosts: [], allowsEmpty: true } },
    tls: { certFile: '/etc/c.pem', keyFile: '/etc/k.pem' },
    trace: false,
    accessLog: true,
  });
});

test('each flag has an environment variable', () => {
  const config = parsed('', { SHOAL_ORIGIN: 'http://o', SHOAL_CACHE_BYTES: '5', SHOAL_UP_RATE: '7' });
  expect(config).toMatchObject({ origin: 'http://o', cacheBytes: 5, upRateBytesPerSecond: 7 });
});

const wrong: Record<string, string> = {
  'no origin': '',
  'an origin that is no URL': '--origin origin:8080',
  'an origin with credentials': '--origin http://me:secret@o',
  'an origin of another scheme': '--origin file:///etc',
  'a port out of range': '--origin http://o --port 65536',
  'a rate below nothing': '--origin http://o --up-rate -1',
  'an unknown prefetch': '--origin http://o --prefetch some',
  'a host name as advertised address': '--origin http://o --advertise-ip localhost',
  'a short root key': '--origin http://o --root-key abcd',
  'a name that is a path': '--origin http://o --name ../x',
  'an unknown flag': '--origin http://o --colour red',
};
for (const [name, flags] of Object.entries(wrong)) {
  test(`${name} is one clear line`, () => {
    const result = parseFlags(command, flags.split(' ').filter(Boolean), {});
    expect(result.type).toBe('wrong');
    if (result.type === 'wrong') expect(result.message).toMatch(/^shoal-edge: [^\n]+$/);
  });
}

test('a host name that is no node name still gives one', () => {
  expect(defaultName('näme_of host', 1)).toBe('n-me_of-host-1');
  expect(defaultName('---', 8081)).toBe('edge-8081');
  expect(defaultName('x'.repeat(300), 8081)).toHaveLength(64);
});
