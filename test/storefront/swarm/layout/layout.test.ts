import { describe, expect, it } from 'vitest';
import {
  distanceTo,
  headingAt,
  laneOf,
  linkCurve,
  pointAt,
  reversed,
} from '../../../../storefront/src/swarm/layout/curve.ts';
import { type Point, ringLayout } from '../../../../storefront/src/swarm/layout/ring.ts';

const lengthOf = ({ x, y }: Point) => Math.hypot(x, y);
const apart = (a: Point, b: Point) => lengthOf({ x: a.x - b.x, y: a.y - b.y });
const at = (points: readonly Point[], index: number) => points[index] as Point;

describe('ring layout', () => {
  it.each([1, 2, 3, 9, 25, 50])('%d nodes: the origin in the centre, nobody on top of another', (count) => {
    for (const aspect of [0.6, 1, 1.7]) {
      const { points, radii } = ringLayout(count, 0, aspect);
      expect(at(points, 0)).toEqual({ x: 0, y: 0 });
      for (let a = 0; a < count; a++) {
        const radius = radii[a] as number;
        expect(Math.abs(at(points, a).x) + radius).toBeLessThanOrEqual(Math.max(0.6, aspect));
        expect(Math.abs(at(points, a).y) + radius).toBeLessThanOrEqual(1);
        for (let b = a + 1; b < count; b++)
          expect(apart(at(points, a), at(points, b))).toBeGreaterThan(radius + (radii[b] as number));
      }
    }
  });

  it('without an origin everybody stands on the ring', () => {
    const { points } = ringLayout(4, -1);
    expect(points.every((point) => lengthOf(point) > 0.5)).toBe(true);
  });

  it('the same swarm has the same places', () => {
    expect(ringLayout(12, 3, 1.3)).toEqual(ringLayout(12, 3, 1.3));
  });
});

describe('ways of links', () => {
  const { points } = ringLayout(9, 0);

  it('a link between edges keeps clear of the origin, also when it runs across', () => {
    for (let a = 1; a < 9; a++)
      for (let b = a + 1; b < 9; b++)
        expect(distanceTo(linkCurve(at(points, a), at(points, b)), { x: 0, y: 0 })).toBeGreaterThan(0.2);
  });

  it('a link is the same line whichever end is named first', () => {
    for (const [a, b] of [
      [1, 5],
      [2, 7],
      [0, 3],
    ] as const) {
      const there = pointAt(linkCurve(at(points, a), at(points, b)), 0.5);
      const back = pointAt(linkCurve(at(points, b), at(points, a)), 0.5);
      expect(apart(there, back)).toBeLessThan(1e-9);
    }
  });

  it('what comes and what goes run beside each other, each on its right-hand side', () => {
    const curve = linkCurve(at(points, 1), at(points, 4));
    const forth = laneOf(curve, 0.02, 0.1, 0.1);
    const back = laneOf(reversed(curve), 0.02, 0.1, 0.1);
    expect(apart(pointAt(forth, 0.5), pointAt(back, 0.5))).toBeGreaterThan(0.03);
    expect(apart(forth.from, at(points, 1))).toBeCloseTo(0.1, 1);
    const heading = headingAt(forth, 0.5);
    const middle = pointAt(curve, 0.5);
    const lane = pointAt(forth, 0.5);
    const right = -Math.sin(heading) * (lane.x - middle.x) + Math.cos(heading) * (lane.y - middle.y);
    expect(right).toBeGreaterThan(0);
  });

  it('a point on the curve is at no distance from it', () => {
    const curve = linkCurve(at(points, 2), at(points, 6));
    expect(distanceTo(curve, pointAt(curve, 0.5))).toBeLessThan(1e-9);
    expect(distanceTo(curve, { x: 5, y: 5 })).toBeGreaterThan(4);
  });
});
