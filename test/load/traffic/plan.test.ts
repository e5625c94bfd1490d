import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Rendition } from '../../../shared/api-types/catalog.ts';
import { seededRandom } from '../../../shared/random.ts';
import { apart, makePlan, type TrafficShape } from './plan.ts';
import { renditionFor, type Shop, shopOf } from './shop.ts';
import { zipf } from './zipf.ts';

const WIDTHS = [160, 320, 640, 1280];
const TYPES = ['image/avif', 'image/webp', 'image/jpeg'] as const;

function shopWith(products: number, photosEach: number): Shop {
  const renditions = WIDTHS.flatMap((width) =>
    TYPES.map((type) => ({ name: `${width}`, url: '', width, height: width, type, bytes: 1, root: '' })),
  ) as unknown as Rendition[];
  const images = Array.from({ length: products * photosEach }, (_, image) => ({
    product: Math.floor(image / photosEach),
    renditions,
  }));
  return { products, images };
}

const shapes = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 40 }),
  edges: fc.integer({ min: 1, max: 20 }),
  visitorsPerSecond: fc.integer({ min: 1, max: 20 }),
  arrivalsMs: fc.integer({ min: 1, max: 10_000 }),
  saleProducts: fc.constantFrom(0, 10),
});
const shops = fc.tuple(fc.integer({ min: 11, max: 40 }), fc.integer({ min: 1, max: 4 }));

describe('the plan', () => {
  test('the same seed gives the same traffic, request by request', () => {
    fc.assert(
      fc.property(shapes, shops, (shape, [products, photosEach]) => {
        const shop = shopWith(products, photosEach);
        expect(makePlan(shop, shape)).toEqual(makePlan(shop, shape));
      }),
      { numRuns: 50 },
    );
  });

  test('requests come in the order of time, of edges and renditions that there are, none twice from one visitor', () => {
    fc.assert(
      fc.property(shapes, shops, (shape, [products, photosEach]) => {
        const shop = shopWith(products, photosEach);
        const plan = makePlan(shop, shape);
        expect(plan.map(({ dueMs }) => dueMs)).toEqual(plan.map(({ dueMs }) => dueMs).sort((a, b) => a - b));
        for (const { dueMs, edge, image, rendition } of plan) {
          expect(dueMs).toBeGreaterThan(0);
          expect(edge).toBeLessThan(shape.edges);
          expect(shop.images[image]!.renditions[rendition]).toBeDefined();
          if (shape.saleProducts > 0) expect(shop.images[image]!.product).toBeLessThan(shape.saleProducts);
        }
        const asked = plan.map(({ visitor, image, rendition }) => `${visitor} ${image} ${rendition}`);
        expect(new Set(asked).size).toBe(asked.length);
      }),
      { numRuns: 50 },
    );
  });

  const busy: TrafficShape = {
    seed: 7,
    edges: 8,
    visitorsPerSecond: 200,
    arrivalsMs: 10_000,
    saleProducts: 0,
  };
  const plan = makePlan(shopWith(60, 3), busy);

  test('a first page has 6 to 30 images, all due at once', () => {
    const firstPages = new Map<number, { dueMs: number; images: number }>();
    for (const { visitor, dueMs } of plan) {
      const page = firstPages.get(visitor) ?? { dueMs, images: 0 };
      firstPages.set(visitor, page);
      if (page.dueMs === dueMs) page.images++;
    }
    const counts = [...firstPages.values()].map(({ images }) => images);
    expect(Math.min(...counts)).toBe(6);
    expect(Math.max(...counts)).toBe(30);
  });

  test('visitors arrive at the rate that was asked for, at all edges alike', () => {
    const edges = new Map(plan.map(({ visitor, edge }) => [visitor, edge]));
    expect(edges.size).toBeGreaterThan(1_850);
    expect(edges.size).toBeLessThan(2_150);
    for (let edge = 0; edge < 8; edge++) {
      const visitors = [...edges.values()].filter((of) => of === edge).length;
      expect(visitors).toBeGreaterThan(180);
      expect(visitors).toBeLessThan(320);
    }
  });

  test('fleets side by side get the same requests: each visitor comes to all, one after the other, in turning order', () => {
    const plans = [0, 1, 2].map((place) => apart(plan, place, 3));
    const starts = plans.map(
      (one) => new Map(one.toReversed().map(({ visitor, dueMs }) => [visitor, dueMs])),
    );
    for (const one of plans) {
      expect(one.map(({ dueMs }) => dueMs)).toEqual(one.map(({ dueMs }) => dueMs).sort((x, y) => x - y));
      const same = [...one].sort((x, y) => x.number - y.number);
      expect(same.map(({ image, edge }) => [image, edge])).toEqual(
        plan.map(({ image, edge }) => [image, edge]),
      );
    }
    const firstAt = new Set<number>();
    for (const visitor of starts[0]!.keys()) {
      const times = starts.map((start) => start.get(visitor) as number);
      expect(new Set(times).size).toBe(3);
      firstAt.add(times.indexOf(Math.min(...times)));
    }
    expect(firstAt.size).toBe(3);
    expect(apart(plan, 0, 1)).toEqual(plan);
  });

  test('another seed gives other traffic', () => {
    expect(makePlan(shopWith(60, 3), { ...busy, seed: 8 })).not.toEqual(plan);
  });
});

test('popularity falls as 1 / rank^exponent', () => {
  const draw = zipf(50, 1);
  const random = seededRandom(3);
  const counts = Array.from({ length: 50 }, () => 0);
  for (let drawn = 0; drawn < 200_000; drawn++) counts[draw(random)]!++;
  expect(counts[0]! / counts[9]!).toBeGreaterThan(9);
  expect(counts[0]! / counts[9]!).toBeLessThan(11);
  expect(Math.min(...counts)).toBeGreaterThan(0);
});

describe('a rendition is picked as srcset does', () => {
  const image = shopWith(1, 1).images[0]!;
  test.each([
    [100, 160],
    [160, 160],
    [161, 320],
    [700, 1280],
    [5_000, 1280],
  ])('%i pixels wide: %i', (wanted, width) => {
    const rendition = image.renditions[renditionFor(image, 'image/webp', wanted)]!;
    expect(rendition).toMatchObject({ width, type: 'image/webp' });
  });

  test('none of a type that the image does not have', () => {
    expect(renditionFor({ product: 0, renditions: [] }, 'image/avif', 320)).toBe(-1);
  });
});

test('neighbours in a list of photos make one product; products without photos are left out', () => {
  const image = { renditions: [] };
  const products = [{ images: [image] }, { images: [] }, { images: [image] }, { images: [image] }];
  const shop = shopOf({ products } as never, 2);
  expect(shop.products).toBe(2);
  expect(shop.images.map(({ product }) => product)).toEqual([0, 0, 1]);
});
