/**
 * A link's way: a quadratic curve. Links to the centre are straight. A link between two edges bows, so that one
 * that would cross the centre passes the origin by and is not taken for two links to it.
 */
import type { Point } from './ring.ts';

export interface Curve {
  readonly from: Point;
  readonly bend: Point;
  readonly to: Point;
}

/** The middle of a link between edges keeps so far from the centre. */
const KEEP_CLEAR = 0.3;
/** Of its length, a link that is clear of the centre bows towards it. */
const BOW = 0.08;

export function linkCurve(a: Point, b: Point): Curve {
  const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  if (isCentre(a) || isCentre(b)) return { from: a, bend: middle, to: b };
  const side = sideOf(a, b);
  const clear = middle.x * side.x + middle.y * side.y;
  // Away from the centre; a line right across it goes by on one side.
  const sign = clear < 0 ? -1 : 1;
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const wanted = Math.max(KEEP_CLEAR, Math.abs(clear) - BOW * length);
  // A quadratic curve passes half way between its chord's middle and its bend.
  const reach = 2 * (sign * wanted - clear);
  return { from: a, bend: { x: middle.x + side.x * reach, y: middle.y + side.y * reach }, to: b };
}

/** At right angles to the chord; the same side whichever end is named first. */
function sideOf(a: Point, b: Point): Point {
  const forward = a.x < b.x || (a.x === b.x && a.y < b.y);
  const [dx, dy] = forward ? [b.x - a.x, b.y - a.y] : [a.x - b.x, a.y - b.y];
  const length = Math.hypot(dx, dy) || 1;
  return { x: -dy / length, y: dx / length };
}

export function pointAt({ from, bend, to }: Curve, part: number): Point {
  const rest = 1 - part;
  return {
    x: rest * rest * from.x + 2 * rest * part * bend.x + part * part * to.x,
    y: rest * rest * from.y + 2 * rest * part * bend.y + part * part * to.y,
  };
}

/** Direction of travel, radians. */
export function headingAt({ from, bend, to }: Curve, part: number): number {
  const rest = 1 - part;
  return Math.atan2(
    2 * rest * (bend.y - from.y) + 2 * part * (to.y - bend.y),
    2 * rest * (bend.x - from.x) + 2 * part * (to.x - bend.x),
  );
}

/** The same way, seen from the other end. */
export const reversed = ({ from, bend, to }: Curve): Curve => ({ from: to, bend, to: from });

/**
 * The lane on the right-hand side in the direction of travel: so what goes from a to b and what comes back do not
 * meet on one line. Cut at both ends by the circles of the nodes.
 */
export function laneOf(curve: Curve, asideBy: number, cutFrom: number, cutTo: number): Curve {
  const begin = pointAt(curve, partAtDistance(curve, cutFrom));
  const end = pointAt(curve, 1 - partAtDistance(reversed(curve), cutTo));
  const first = headingAt(curve, 0);
  const last = headingAt(curve, 1);
  const middle = headingAt(curve, 0.5);
  return {
    from: aside(begin, first, asideBy),
    bend: aside(curve.bend, middle, asideBy),
    to: aside(end, last, asideBy),
  };
}

const aside = (point: Point, heading: number, by: number): Point => ({
  x: point.x - Math.sin(heading) * by,
  y: point.y + Math.cos(heading) * by,
});

function partAtDistance(curve: Curve, distance: number): number {
  let low = 0;
  let high = 0.5;
  for (let round = 0; round < 12; round++) {
    const part = (low + high) / 2;
    const point = pointAt(curve, part);
    if (Math.hypot(point.x - curve.from.x, point.y - curve.from.y) < distance) low = part;
    else high = part;
  }
  return low;
}

const isCentre = ({ x, y }: Point): boolean => x === 0 && y === 0;

const SAMPLES = 24;

/** Least distance of a point from the curve. */
export function distanceTo(curve: Curve, point: Point): number {
  let least = Number.POSITIVE_INFINITY;
  let before = curve.from;
  for (let sample = 1; sample <= SAMPLES; sample++) {
    const here = pointAt(curve, sample / SAMPLES);
    least = Math.min(least, distanceToStretch(before, here, point));
    before = here;
  }
  return least;
}

function distanceToStretch(a: Point, b: Point, point: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : ((point.x - a.x) * dx + (point.y - a.y) * dy) / squared;
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(point.x - a.x - part * dx, point.y - a.y - part * dy);
}
