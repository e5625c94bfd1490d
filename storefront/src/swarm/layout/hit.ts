/** What stands under the pointer: a node before a message, a message before a link. */
import { type Curve, distanceTo } from './curve.ts';
import type { Point } from './ring.ts';

/** A finger covers about so much. */
export const TOUCH_PX = 14;
export const POINTER_PX = 8;
const LINK_PX = 7;

export interface Marks {
  readonly nodes: readonly { readonly at: Point; readonly radius: number }[];
  readonly messages: readonly { readonly at: Point; readonly number: number }[];
  readonly links: readonly { readonly a: number; readonly b: number; readonly way: Curve }[];
}

export type Hit =
  | { readonly kind: 'node'; readonly node: number }
  | { readonly kind: 'message'; readonly message: number }
  | { readonly kind: 'link'; readonly a: number; readonly b: number };

export function hitAt(marks: Marks, point: Point, reachPx: number): Hit | undefined {
  const node = nearest(marks.nodes, ({ at, radius }) => distance(at, point) - radius, reachPx / 3);
  if (node !== undefined) return { kind: 'node', node };
  const message = nearest(marks.messages, ({ at }) => distance(at, point), reachPx);
  if (message !== undefined)
    return { kind: 'message', message: (marks.messages[message] as { number: number }).number };
  const link = nearest(marks.links, ({ way }) => distanceTo(way, point), LINK_PX);
  if (link === undefined) return undefined;
  const { a, b } = marks.links[link] as { a: number; b: number };
  return { kind: 'link', a, b };
}

function nearest<Mark>(
  marks: readonly Mark[],
  distanceOf: (mark: Mark) => number,
  within: number,
): number | undefined {
  let best: number | undefined;
  let least = within;
  marks.forEach((mark, index) => {
    const away = distanceOf(mark);
    if (away <= least) {
      least = away;
      best = index;
    }
  });
  return best;
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
