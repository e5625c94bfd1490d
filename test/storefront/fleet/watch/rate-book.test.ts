import { describe, expect, it } from 'vitest';
import type { EdgeFigures } from '../../../../storefront/src/fleet/watch/parse-fleet.ts';
import { RateBook } from '../../../../storefront/src/fleet/watch/rate-book.ts';

const figures = (down: number, up: number): EdgeFigures => ({
  known: 1,
  complete: 1,
  verifiedBytes: down,
  fromPeersBytes: down / 2,
  fromOriginBytes: down / 2,
  uploadedBytes: up,
  peers: 2,
  uptimeSeconds: 1,
});

describe('rates of edges', () => {
  it('are bytes over time, from peers and origin together; none before the second answer', () => {
    const book = new RateBook();
    expect(book.note('a', figures(1000, 0), 0)).toEqual([]);
    expect(book.note('a', figures(3000, 500), 2000)).toEqual([
      { downBytesPerSecond: 1000, upBytesPerSecond: 250 },
    ]);
    expect(book.note('b', figures(9000, 0), 2000)).toEqual([]);
  });

  it('the same answer again changes nothing', () => {
    const book = new RateBook();
    book.note('a', figures(0, 0), 0);
    const once = book.note('a', figures(1000, 0), 1000);
    expect(book.note('a', figures(1000, 0), 1000)).toEqual(once);
  });

  it('what is told every two seconds and asked each second is as fast as it is, until no news comes', () => {
    const book = new RateBook();
    for (let second = 0; second <= 10; second++) {
      const toldBytes = Math.floor(second / 2) * 2_000;
      const rates = book.note('a', figures(toldBytes, 0), second * 1_000 + 300, 2_000);
      if (second >= 2) expect(rates.at(-1)?.downBytesPerSecond).toBe(1_000);
    }
    expect(book.note('a', figures(10_000, 0), 11_300, 2_000).at(-1)?.downBytesPerSecond).toBe(1_000);
    expect(book.note('a', figures(10_000, 0), 12_900, 2_000).at(-1)?.downBytesPerSecond).toBe(0);
    expect(book.note('a', figures(20_000, 0), 22_900, 2_000).at(-1)?.downBytesPerSecond).toBe(1_000);
  });

  it('a counter or clock that begins anew is no rate', () => {
    const book = new RateBook();
    book.note('a', figures(5000, 5000), 9000);
    expect(book.note('a', figures(10, 10), 10_000).at(-1)).toEqual({
      downBytesPerSecond: 0,
      upBytesPerSecond: 0,
    });
    expect(book.note('a', figures(5000, 5000), 100).at(-1)).toEqual({
      downBytesPerSecond: 0,
      upBytesPerSecond: 0,
    });
    expect(book.note('a', figures(6000, 5000), 1100).at(-1)?.downBytesPerSecond).toBe(1000);
  });

  it('an edge that is gone begins anew; a minute is kept', () => {
    const book = new RateBook();
    for (let second = 0; second < 100; second++) book.note('a', figures(second * 10, 0), second * 1000);
    expect(book.note('a', figures(1000, 0), 100_000)).toHaveLength(60);
    expect(book.note('a', undefined, 101_000)).toEqual([]);
    expect(book.note('a', figures(0, 0), 102_000)).toEqual([]);
  });
});
