/** The shape of a run below the time slider: verified pieces as a skyline, acts as flags. */
import type { SwarmLog } from '../log/swarm-log.ts';
import { fresh } from './fresh-canvas.ts';
import { readPalette } from './palette.ts';

const BAR_PX = 4;

export function drawTimeLine(canvas: HTMLCanvasElement, log: SwarmLog | undefined, endMs: number): void {
  const { context, width, height } = fresh(canvas);
  const palette = readPalette(canvas);
  context.fillStyle = palette.line;
  context.fillRect(0, height - 9, width, 2);
  if (log === undefined || endMs <= 0) return;
  const counts = log.moments.density('piece', endMs, Math.max(1, Math.floor(width / BAR_PX)));
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  context.fillStyle = palette.swarm;
  context.globalAlpha = 0.42;
  counts.forEach((count, index) => {
    if (count === 0) return;
    const tall = 2 + (height - 14) * Math.sqrt(count / most);
    context.fillRect(index * BAR_PX, height - 9 - tall, BAR_PX - 1, tall);
  });
  context.globalAlpha = 1;
  context.fillStyle = palette.origin;
  for (const { t } of log.acts) drawFlag(context, (t / endMs) * width, height);
}

function drawFlag(context: CanvasRenderingContext2D, x: number, height: number): void {
  context.fillRect(x - 0.75, 4, 1.5, height - 12);
  context.beginPath();
  context.moveTo(x, 3);
  context.lineTo(x + 9, 7.5);
  context.lineTo(x, 12);
  context.fill();
}
