import { expect, it } from 'vitest';
import { readImageTiming } from '../../../storefront/src/images/image-timing.ts';

const timing = (name: string, description: string) => ({ name, description });
const CAME = { duration: 12, encodedBodySize: 4_000, transferSize: 4_300, serverTiming: [] };

it('tells bytes, time and where the node had them', () => {
  expect(readImageTiming({ ...CAME, serverTiming: [timing('source', 'memory')] })).toEqual({
    bytes: 4_000,
    durationMs: 12,
    fromCache: false,
    nodeHadItIn: 'memory',
    bytesFromPeers: 0,
  });
});

it('counts what came from peers while the shopper waited', () => {
  const arriving = [
    timing('source', 'swarm'),
    timing('swarm', '3000 bytes'),
    timing('web-seed', '1000 bytes'),
  ];
  expect(readImageTiming({ ...CAME, serverTiming: arriving }).bytesFromPeers).toBe(3_000);
  expect(readImageTiming({ ...CAME, serverTiming: [timing('source', 'swarm')] }).bytesFromPeers).toBe(4_000);
  const seed = [timing('source', 'swarm'), timing('web-seed', '4000 bytes')];
  expect(readImageTiming({ ...CAME, serverTiming: seed }).bytesFromPeers).toBe(0);
});

it('a node that tells nothing, or nonsense, leaves it open', () => {
  expect(readImageTiming({ ...CAME, encodedBodySize: 0, transferSize: 0 })).toMatchObject({
    bytes: null,
    fromCache: false,
    nodeHadItIn: null,
  });
  const lie = [timing('source', 'swarm'), timing('swarm', '99999999999 bytes')];
  expect(readImageTiming({ ...CAME, serverTiming: lie }).bytesFromPeers).toBe(4_000);
});

it('nothing over the network: it was in the browser', () => {
  expect(readImageTiming({ ...CAME, transferSize: 0 }).fromCache).toBe(true);
});
