/** From the layout's units to canvas units and back. */
import type { Point } from '../layout/ring.ts';

export interface Stage {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Canvas units of one layout unit. */
  readonly scale: number;
}

export function stageOf(widthPx: number, heightPx: number): Stage {
  // A narrow page is as tall as its width asks for: layout units go by the smaller side.
  const half = Math.min(heightPx, widthPx / 0.6) / 2;
  return { widthPx, heightPx, scale: half };
}

export const aspectOf = ({ widthPx, scale }: Stage): number => widthPx / 2 / scale;

export const onStage = ({ widthPx, heightPx, scale }: Stage, { x, y }: Point): Point => ({
  x: widthPx / 2 + x * scale,
  y: heightPx / 2 + y * scale,
});

export const offStage = ({ widthPx, heightPx, scale }: Stage, { x, y }: Point): Point => ({
  x: (x - widthPx / 2) / scale,
  y: (y - heightPx / 2) / scale,
});
