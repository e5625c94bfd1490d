/** From the layout's units to canvas units and back. */
import type { Point } from '../layout/ring.ts';

export interface Stage {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly centre: Point;
  /** Canvas units of one layout unit. */
  readonly scale: number;
}

/** Below the lowest nodes stand their names. */
const NAMES_PX = 16;

export function stageOf(widthPx: number, heightPx: number): Stage {
  const height = Math.max(1, heightPx - NAMES_PX);
  // A narrow page is as tall as its width asks for: layout units go by the smaller side.
  const scale = Math.min(height, widthPx / 0.6) / 2;
  return { widthPx, heightPx, centre: { x: widthPx / 2, y: height / 2 }, scale };
}

export const aspectOf = ({ widthPx, scale }: Stage): number => widthPx / 2 / scale;

export const onStage = ({ centre, scale }: Stage, { x, y }: Point): Point => ({
  x: centre.x + x * scale,
  y: centre.y + y * scale,
});

export const offStage = ({ centre, scale }: Stage, { x, y }: Point): Point => ({
  x: (x - centre.x) / scale,
  y: (y - centre.y) / scale,
});
