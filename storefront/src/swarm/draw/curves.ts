/**
 * Copies over time, up to now: what comes would answer the question that is asked first. What the origin sent is dashed, so that the two curves are told apart
 * without their colours.
 */
import type { SwarmLog } from '../log/swarm-log.ts';
import type { Figures } from '../meters/figures-of.ts';
import { fresh } from './fresh-canvas.ts';
import { readPalette } from './palette.ts';

const STEPS = 120;
const FOOT_PX = 4;

export function drawCurves(canvas: HTMLCanvasElement, log: SwarmLog, figures: Figures, atMs: number): void {
  const { context, width, height } = fresh(canvas);
  const palette = readPalette(canvas);
  const { beganMs, copyBytes, takers } = figures;
  const endMs = Math.max(beganMs + 1, plotEndMs(log, figures));
  const sent = log.tallies.originBytes.sampled(beganMs, endMs, STEPS);
  const most = Math.max(1, takers, (sent.at(-1) ?? 0) / Math.max(1, copyBytes));
  const y = (copies: number) => height - FOOT_PX - (copies / most) * (height - FOOT_PX - 4);
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  for (const copies of [0, 1, takers]) {
    context.beginPath();
    context.moveTo(0, y(copies));
    context.lineTo(width, y(copies));
    context.stroke();
  }
  const nowX = ((Math.min(atMs, endMs) - beganMs) / (endMs - beganMs)) * width;
  const draw = (sums: Float64Array, copiesNow: number, colour: string, dash: number[]) => {
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.setLineDash(dash);
    context.beginPath();
    sums.forEach((bytes, step) => {
      const x = (width * step) / STEPS;
      if (x < nowX) context.lineTo(x, y(bytes / Math.max(1, copyBytes)));
    });
    context.lineTo(nowX, y(copiesNow));
    context.stroke();
    context.setLineDash([]);
  };
  draw(log.tallies.verifiedBytes.sampled(beganMs, endMs, STEPS), arrivedCopies(figures), palette.swarm, []);
  draw(sent, figures.originCopies, palette.origin, [5, 4]);
  context.fillStyle = palette.ink;
  context.fillRect(nowX - 0.75, 0, 1.5, height);
}

/** A fleet goes on for ever; what the figures are about ends. */
const plotEndMs = ({ header, endMs }: SwarmLog, { beganMs, doneMs }: Figures): number =>
  header.source === 'simulation' || doneMs === undefined ? endMs : beganMs + doneMs;

/** Content at all edges together. */
export const arrivedCopies = ({ verifiedShare, edges }: Figures): number => verifiedShare * edges;
