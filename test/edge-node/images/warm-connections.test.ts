import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WarmConnections } from '../../../edge-node/images/warm-connections.ts';
import type { Address } from '../../../shared/engine/inputs.ts';
import type { InfoHash } from '../../../shared/units.ts';
import { makeImageSet } from '../support/image-set.ts';
import { eventually, TestEdge } from '../support/test-edge.ts';
import { TestOrigin } from '../support/test-origin.ts';

const SIBLINGS = [{ ip: '127.0.0.2', port: 6881 }];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function warmer(prefetch: 'all' | 'none', images: 'published' | 'none yet') {
  const { image } = await makeImageSet(1);
  const published = images === 'published' ? [image] : [];
  const asked: string[] = [];
  let met = 0;
  const swarm = {
    warmWebSeed: async (url: string, lengthBytes: number) => {
      expect(url.endsWith(`/${lengthBytes}`)).toBe(true);
      asked.push(url);
    },
    meet: (infoHash: InfoHash, siblings: readonly Address[]) => {
      expect([infoHash, siblings]).toEqual([image.infoHash, SIBLINGS]);
      met++;
    },
  };
  const warm = new WarmConnections({
    origin: 'http://origin',
    prefetch,
    table: { images: () => published },
    swarm,
    fleet: { neighbours: () => SIBLINGS },
  });
  const pad = (bytes: number) => `http://origin/images/${image.id}/.pad/${bytes}`;
  return { warm, asked, met: () => met, pad, publish: () => published.push(image) };
}

it('WS1: 64 KiB of zeros once the origin is there and an image is known, a byte each minute while it is', async () => {
  const { warm, asked, pad, publish } = await warmer('none', 'none yet');
  vi.advanceTimersByTime(600_000);
  warm.originIsBack();
  vi.advanceTimersByTime(10_000);
  expect(asked).toEqual([]);
  publish();
  vi.advanceTimersByTime(1_000);
  expect(asked).toEqual([pad(65_536)]);
  vi.advanceTimersByTime(120_000);
  expect(asked).toEqual([pad(65_536), pad(1), pad(1)]);
  warm.originIsAway();
  vi.advanceTimersByTime(600_000);
  expect(asked.length).toBe(3);
  warm.originIsBack();
  vi.advanceTimersByTime(1_000);
  expect(asked.slice(3)).toEqual([pad(65_536)]);
});

it('WS1: an edge that prefetches keeps no connection warm', async () => {
  const { warm, asked } = await warmer('all', 'published');
  warm.originIsBack();
  vi.advanceTimersByTime(600_000);
  expect(asked).toEqual([]);
});

it('CH14: siblings are met when the connections are made, and again each minute', async () => {
  const { warm, met } = await warmer('none', 'published');
  warm.originIsBack();
  vi.advanceTimersByTime(1_000);
  expect(met()).toBe(1);
  vi.advanceTimersByTime(120_000);
  expect(met()).toBe(3);
});

it('WS1: two connections stand before anybody asks for an image', async () => {
  vi.useRealTimers();
  const origin = await TestOrigin.start();
  const pads: unknown[] = [];
  origin.intercept = (request, response) => {
    const isPad = request.url?.endsWith('/.pad/65536') === true;
    if (isPad) pads.push(request.socket);
    // Both are asked for before either is answered.
    if (isPad && pads.length === 2) response.end(new Uint8Array(65_536));
    return isPad;
  };
  await origin.publish(await makeImageSet(1));
  await TestEdge.start(origin.url, { prefetch: 'none' });
  await eventually(() => expect(new Set(pads).size).toBe(2));
});
