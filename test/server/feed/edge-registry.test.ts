import { describe, expect, test } from 'vitest';
import {
  type EdgeArrival,
  EdgeRegistry,
  LIVE_WITHIN_MS,
  MAX_REMEMBERED,
  REMEMBERED_MS,
} from '../../../server/feed/edge-registry.ts';
import type { PeerId } from '../../../shared/units.ts';

const peerId = (number: number) => number.toString(16).padStart(40, '0') as PeerId;

const arrival = (number: number, over: Partial<EdgeArrival> = {}): EdgeArrival => ({
  peerId: peerId(number),
  name: `edge-${number}`,
  url: `http://10.0.0.${number}:8081`,
  siblingUrl: `http://10.0.0.${number}:8081`,
  peer: { ip: `10.0.0.${number}`, port: 6882 },
  socketIp: `10.0.0.${number}`,
  applied: 3,
  ...over,
});

const joined = (registry: EdgeRegistry, number: number, now: number) => {
  const hold = registry.join(arrival(number), now);
  if (!hold) throw new Error('refused');
  return hold;
};

describe('edge registry', () => {
  test('an edge is live from its hello on, and says what it applied', () => {
    const registry = new EdgeRegistry();
    registry.join(arrival(1), 1000);
    expect(registry.edges(1000)).toMatchObject([{ name: 'edge-1', live: true, logNumber: 3, peers: 0 }]);
    expect(registry.fleet(1000)).toEqual([
      { peerId: peerId(1), ip: '10.0.0.1', port: 6882, url: 'http://10.0.0.1:8081' },
    ]);
  });

  test('an edge that is silent for 10 s is not live, and lives again when heard', () => {
    const registry = new EdgeRegistry();
    const hold = joined(registry, 1, 0);
    expect(registry.edges(LIVE_WITHIN_MS - 1)[0]?.live).toBe(true);
    expect(registry.edges(LIVE_WITHIN_MS)[0]?.live).toBe(false);
    expect(registry.fleet(LIVE_WITHIN_MS)).toEqual([]);
    expect(registry.addressOf(peerId(1), '10.0.0.1', LIVE_WITHIN_MS)).toBeUndefined();
    let changes = 0;
    registry.onChange(() => changes++);
    registry.heard(hold, LIVE_WITHIN_MS + 5);
    expect(registry.edges(LIVE_WITHIN_MS + 5)[0]?.live).toBe(true);
    expect(changes).toBe(1);
  });

  test('an edge whose socket closed is not live at once, and stays listed for an hour', () => {
    const registry = new EdgeRegistry();
    registry.leave(joined(registry, 1, 0), 1);
    expect(registry.edges(1)).toMatchObject([{ name: 'edge-1', live: false }]);
    expect(registry.edges(REMEMBERED_MS)).toHaveLength(1);
    expect(registry.edges(REMEMBERED_MS + 1)).toHaveLength(0);
  });

  test('progress is shown; progress of a hold that was replaced is not', () => {
    const registry = new EdgeRegistry();
    const old = joined(registry, 1, 0);
    const hold = joined(registry, 1, 10);
    const progress = (known: number) => ({
      applied: known,
      images: { known, complete: 1 },
      bytes: { wanted: 9, verified: 8, fromPeers: 7, fromOrigin: 6, uploaded: 5 },
      peers: 4,
    });
    registry.progress(hold, progress(2), 11);
    registry.progress(old, progress(99), 12);
    registry.leave(old, 13);
    expect(registry.holds(old)).toBe(false);
    expect(registry.edges(13)).toMatchObject([
      { live: true, logNumber: 2, images: { known: 2, complete: 1 }, peers: 4, bytes: { fromPeers: 7 } },
    ]);
  });

  test('a live edge keeps its seat against its own peer id from another address', () => {
    const registry = new EdgeRegistry();
    registry.join(arrival(1), 0);
    const thief = arrival(1, { socketIp: '203.0.113.9', url: 'http://203.0.113.9' });
    expect(registry.join(thief, 1)).toBeUndefined();
    expect(registry.edges(1)[0]?.url).toBe('http://10.0.0.1:8081');
    expect(registry.join(thief, LIVE_WITHIN_MS)).toBeDefined();
  });

  test('threat row 22: edges that come and go leave no more than the cap', () => {
    const registry = new EdgeRegistry();
    for (let i = 0; i < 3 * MAX_REMEMBERED; i++) registry.leave(joined(registry, i, i), i);
    expect(registry.edges(3 * MAX_REMEMBERED).length).toBe(MAX_REMEMBERED);
  });

  test('listeners hear of who comes and goes, not of progress', () => {
    const registry = new EdgeRegistry();
    let changes = 0;
    const stop = registry.onChange(() => changes++);
    const hold = joined(registry, 1, 0);
    const bytes = { wanted: 0, verified: 0, fromPeers: 0, fromOrigin: 0, uploaded: 0 };
    registry.progress(hold, { applied: 1, images: { known: 1, complete: 0 }, bytes, peers: 0 }, 1);
    expect(changes).toBe(1);
    registry.leave(hold, 2);
    registry.leave(hold, 3);
    expect(changes).toBe(2);
    stop();
    registry.join(arrival(2), 4);
    expect(changes).toBe(2);
  });
});
