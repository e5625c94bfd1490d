/**
 * Where nodes stand: the origin in the centre, the others on a ring in the order in which they came. Nothing moves
 * when a node goes: its place stays, so that the eye finds it again. Units: y goes from -1 to 1, x from -aspect to
 * aspect, so a wide page has a wide ring.
 */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  /** By the node's place in the list. */
  readonly points: readonly Point[];
  /** Of each node's circle, by its place in the list. */
  readonly radii: readonly number[];
}

/** Of the ring, so that a node's own circle and its name still fit. */
export const RING_RADIUS = 0.79;
/** Above so many nodes travelling marks are dust: the page shows a matrix. */
export const MOST_ANIMATED_NODES = 50;
/** A wider ring than this reads as two rows. */
const WIDEST = 1.7;
const ORIGIN_RADIUS = 0.165;
const LARGEST_EDGE = 0.125;
const SMALLEST_EDGE = 0.022;

/** Places by index; `origin` is the index of who stands in the centre, -1 for nobody. */
export function ringLayout(nodeCount: number, origin: number, aspect = 1): Layout {
  const onRing = origin >= 0 && origin < nodeCount ? nodeCount - 1 : nodeCount;
  const width = Math.min(WIDEST, Math.max(0.6, aspect));
  // Names stand beside the circle of the outermost nodes and need the same room on a narrow page.
  const reachX = width - (1 - RING_RADIUS);
  let next = 0;
  const points = Array.from({ length: nodeCount }, (_, index): Point => {
    if (index === origin) return { x: 0, y: 0 };
    const turn = turnOf(next++, onRing);
    return { x: reachX * Math.cos(turn), y: RING_RADIUS * Math.sin(turn) };
  });
  const edgeRadius = Math.min(LARGEST_EDGE, Math.max(SMALLEST_EDGE, 0.36 * leastGap(points, origin)));
  const originRadius = Math.min(ORIGIN_RADIUS, width * 0.2);
  return { points, radii: points.map((_, index) => (index === origin ? originRadius : edgeRadius)) };
}

/** The first stands at the top; two stand left and right. */
function turnOf(place: number, count: number): number {
  const begin = count === 2 ? Math.PI : -Math.PI / 2;
  return begin + (2 * Math.PI * place) / Math.max(1, count);
}

/** Between neighbours on the ring. */
function leastGap(points: readonly Point[], origin: number): number {
  const ring = points.filter((_, index) => index !== origin);
  if (ring.length < 2) return 1;
  return ring.reduce((least, point, index) => {
    const neighbour = ring[(index + 1) % ring.length] as Point;
    return Math.min(least, Math.hypot(point.x - neighbour.x, point.y - neighbour.y));
  }, Number.POSITIVE_INFINITY);
}
