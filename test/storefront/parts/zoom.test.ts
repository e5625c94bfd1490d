import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NOT_ZOOMED, panBy, settled, ZOOM_STEP, zoomAt } from '../../../storefront/src/parts/zoom.ts';

const STAGE = { width: 400, height: 300 };

it('what is under the finger stays under it', () => {
  const zoom = zoomAt(NOT_ZOOMED, 2, { x: 100, y: -50 }, STAGE);
  // A point p of the photo is drawn at p * scale + offset.
  expect([100 * zoom.scale + zoom.x, -50 * zoom.scale + zoom.y]).toEqual([100, -50]);
});

it('zoomed out it stands where it stood', () => {
  const zoom = panBy(zoomAt(NOT_ZOOMED, ZOOM_STEP, { x: 90, y: 90 }, STAGE), { x: 50, y: 0 }, STAGE);
  expect(zoomAt(zoom, 0.2, { x: 10, y: 10 }, STAGE)).toEqual(NOT_ZOOMED);
});

it('whatever the fingers do, the photo fills the stage', () => {
  const point = fc.record({ x: fc.integer({ min: -200, max: 200 }), y: fc.integer({ min: -150, max: 150 }) });
  const step = fc.oneof(
    fc.tuple(fc.constant('zoom'), fc.double({ min: 0.1, max: 9, noNaN: true }), point),
    fc.tuple(fc.constant('pan'), fc.constant(1), point),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let zoom = NOT_ZOOMED;
      for (const [kind, scale, at] of steps)
        zoom = kind === 'zoom' ? zoomAt(zoom, scale, at, STAGE) : panBy(zoom, at, STAGE);
      expect(zoom.scale).toBeGreaterThanOrEqual(1);
      expect(Math.abs(zoom.x)).toBeLessThanOrEqual((STAGE.width * (zoom.scale - 1)) / 2 + 1e-9);
      expect(Math.abs(zoom.y)).toBeLessThanOrEqual((STAGE.height * (zoom.scale - 1)) / 2 + 1e-9);
    }),
  );
});

it('nearly all of the photo is all of it when the fingers leave', () => {
  expect(settled(zoomAt(NOT_ZOOMED, 1.05, { x: 20, y: 0 }, STAGE))).toBe(NOT_ZOOMED);
  const zoomed = zoomAt(NOT_ZOOMED, 1.5, { x: 20, y: 0 }, STAGE);
  expect(settled(zoomed)).toBe(zoomed);
});
