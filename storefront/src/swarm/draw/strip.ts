/**
 * A row of pieces, as wide as it is given. Shapes: missing = a dot on the ground line; wanted by readers = a dash
 * above it; in flight = hollow; verified = filled with a slit; flushed = solid. Where there is no room for a bar each, a bar's
 * height says how many of its pieces are there.
 */
import { fresh } from './fresh-canvas.ts';
import type { Palette } from './palette.ts';
import { FLUSHED, IN_FLIGHT, VERIFIED } from './piece-ring.ts';

export interface StripPieces {
  readonly states: ArrayLike<number>;
  /** 1 where readers wait. */
  readonly wanted: ArrayLike<number>;
}

const LEAST_PX = 3;

export function drawStrip(canvas: HTMLCanvasElement, pieces: StripPieces, palette: Palette): void {
  const { context, width, height } = fresh(canvas);
  const count = pieces.states.length;
  const bars = Math.max(1, Math.min(count, Math.floor(width / LEAST_PX)));
  const barPx = width / bars;
  const gap = Math.min(1.5, barPx * 0.25);
  for (let bar = 0; bar < bars; bar++) {
    const first = Math.floor((count * bar) / bars);
    const end = Math.floor((count * (bar + 1)) / bars);
    const x = bar * barPx;
    if (end - first > 1) drawShare(context, x, barPx - gap, height, pieces.states, first, end, palette);
    else {
      const isWanted = pieces.wanted[first] === 1;
      drawPiece(context, x, barPx - gap, height, pieces.states[first] ?? 0, isWanted, palette);
    }
  }
}

/** Pieces that are drawn together: as tall as so many of them are there. */
function drawShare(
  context: CanvasRenderingContext2D,
  x: number,
  width: number,
  height: number,
  states: ArrayLike<number>,
  first: number,
  end: number,
  palette: Palette,
): void {
  let there = 0;
  for (let piece = first; piece < end; piece++) if ((states[piece] as number) >= VERIFIED) there++;
  if (there === 0) return drawPiece(context, x, width, height, 0, false, palette);
  const tall = ((height - 2) * there) / (end - first);
  context.fillStyle = palette.swarm;
  context.fillRect(x, height - 1 - tall, width, tall);
}

function drawPiece(
  context: CanvasRenderingContext2D,
  x: number,
  width: number,
  height: number,
  state: number,
  isWanted: boolean,
  palette: Palette,
): void {
  context.fillStyle = palette.swarm;
  context.strokeStyle = palette.swarm;
  context.lineWidth = 1;
  if (state === FLUSHED || state === VERIFIED) {
    context.fillRect(x, 1, width, height - 2);
    if (state === VERIFIED) context.clearRect(x, height / 2 - 1.25, width, 2.5);
  } else if (state === IN_FLIGHT) {
    context.strokeRect(x + 0.5, 2.5, Math.max(1, width - 1), height - 5);
  } else {
    context.fillStyle = palette.soft;
    context.fillRect(x + width / 2 - 0.75, height - 3, 1.5, 1.5);
    if (isWanted) context.fillRect(x, height / 2 - 1, width, 2);
  }
}

/** How many nodes hold each piece. The scale is absolute: the full height is every node; a line marks one node. */
export function drawAvailability(
  canvas: HTMLCanvasElement,
  counts: ArrayLike<number>,
  nodes: number,
  palette: Palette,
): void {
  const { context, width, height } = fresh(canvas);
  const bars = Math.max(1, Math.min(counts.length, Math.floor(width / LEAST_PX)));
  const barPx = width / bars;
  context.fillStyle = palette.want;
  for (let bar = 0; bar < bars; bar++) {
    const first = Math.floor((counts.length * bar) / bars);
    const end = Math.max(first + 1, Math.floor((counts.length * (bar + 1)) / bars));
    let least = Number.POSITIVE_INFINITY;
    for (let piece = first; piece < end; piece++) least = Math.min(least, counts[piece] as number);
    const tall = (Math.min(least, nodes) / Math.max(1, nodes)) * (height - 1);
    context.fillRect(bar * barPx, height - tall, Math.max(1, barPx - 1), tall);
  }
  context.fillStyle = palette.ink;
  context.fillRect(0, height - (height - 1) / Math.max(1, nodes) - 0.5, width, 1);
}
