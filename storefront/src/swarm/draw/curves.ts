/** Copies over time. What the origin sent is dashed, so that the two curves are told apart without their colours. */
import type { SwarmLog } from '../log/swarm-log.ts';
import type { Figures } from '../meters/figures-of.ts';
import { fresh } from './fresh-canvas.ts';
import { readPalette } from './palette.ts';

const STEPS = 120;
const FOOT_PX = 4;

export function drawCurves(canvas: HTMLCanvasElement, log: SwarmLog, figures: Figures, atMs: number): void {
  const { context, width, height } = fresh(canvas);
  const palette = readPalette(canvas);
  const endMs = Math.max(1, log.endMs);
  const most = Math.max(1, figures.takers, log.tallies.originBytes.last / Math.max(1, figures.copyBytes));
  const y = (copies: number) => height - FOOT_PX - (copies / most) * (height - FOOT_PX - 4);
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  for (const copies of [0, 1, figures.takers]) {
    context.beginPath();
    context.moveTo(0, y(copies));
    context.lineTo(width, y(copies));
    context.stroke();
  }
  const draw = (sums: Float64Array, colour: string, dash: number[]) => {
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.setLineDash(dash);
    context.beginPath();
    sums.forEach((bytes, step) => {
      context.lineTo((width * step) / STEPS, y(bytes / Math.max(1, figures.copyBytes)));
    });
    context.stroke();
    context.setLineDash([]);
  };
  draw(log.tallies.verifiedBytes.sampled(endMs, STEPS), palette.swarm, []);
  draw(log.tallies.originBytes.sampled(endMs, STEPS), palette.origin, [5, 4]);
  context.fillStyle = palette.ink;
  context.fillRect((atMs / endMs) * width - 0.75, 0, 1.5, height);
}
