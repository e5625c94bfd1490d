/**
 * One way of a link: what the giver may send to the taker. Its marks stand by their shape:
 * open = solid with an arrowhead; wanted but choked = dashed, with a gate at the giver; optimistic = a diamond at
 * the giver; snubbed = a wave across the middle.
 */
import { type Curve, headingAt, pointAt } from '../layout/curve.ts';
import type { Palette } from './palette.ts';

export interface LaneState {
  /** The taker is interested in what the giver has (BEP 3). */
  readonly isWanted: boolean;
  readonly isChoked: boolean;
  /** The giver gives the taker its optimistic slot. */
  readonly isOptimistic: boolean;
  /** The taker waits for the giver for too long. */
  readonly isSnubbed: boolean;
}

export function drawLane(
  context: CanvasRenderingContext2D,
  lane: Curve,
  state: LaneState,
  palette: Palette,
  unitPx: number,
): void {
  if (!state.isWanted && !state.isOptimistic && !state.isSnubbed) return;
  if (state.isWanted) {
    context.strokeStyle = state.isChoked ? palette.soft : palette.want;
    context.lineWidth = state.isChoked ? 1 : 1.3;
    context.setLineDash(state.isChoked ? [3, 4] : []);
    strokeCurve(context, lane);
    context.setLineDash([]);
    if (state.isChoked) drawGate(context, lane, unitPx);
    else drawHead(context, lane, palette.want, unitPx);
  }
  if (state.isOptimistic) drawDiamond(context, lane, palette, unitPx);
  if (state.isSnubbed) drawWave(context, lane, palette, unitPx);
}

export function strokeCurve(context: CanvasRenderingContext2D, { from, bend, to }: Curve): void {
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.quadraticCurveTo(bend.x, bend.y, to.x, to.y);
  context.stroke();
}

/** A bar across the lane, where the giver stands. */
function drawGate(context: CanvasRenderingContext2D, lane: Curve, unitPx: number): void {
  const { x, y } = lane.from;
  const heading = headingAt(lane, 0);
  const half = unitPx * 0.55;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - Math.sin(heading) * half, y + Math.cos(heading) * half);
  context.lineTo(x + Math.sin(heading) * half, y - Math.cos(heading) * half);
  context.stroke();
}

function drawHead(context: CanvasRenderingContext2D, lane: Curve, colour: string, unitPx: number): void {
  const { x, y } = lane.to;
  const heading = headingAt(lane, 1);
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x, y);
  for (const side of [-0.42, 0.42])
    context.lineTo(x - Math.cos(heading + side) * unitPx, y - Math.sin(heading + side) * unitPx);
  context.closePath();
  context.fill();
}

function drawDiamond(context: CanvasRenderingContext2D, lane: Curve, palette: Palette, unitPx: number): void {
  const { x, y } = pointAt(lane, 0.12);
  const half = unitPx * 0.62;
  context.beginPath();
  context.moveTo(x, y - half);
  context.lineTo(x + half, y);
  context.lineTo(x, y + half);
  context.lineTo(x - half, y);
  context.closePath();
  context.fillStyle = palette.water;
  context.fill();
  context.lineWidth = 1.6;
  context.strokeStyle = palette.want;
  context.stroke();
}

function drawWave(context: CanvasRenderingContext2D, lane: Curve, palette: Palette, unitPx: number): void {
  const { x, y } = pointAt(lane, 0.5);
  const heading = headingAt(lane, 0.5) + Math.PI / 2;
  context.save();
  context.translate(x, y);
  context.rotate(heading);
  context.beginPath();
  context.moveTo(-unitPx, 0);
  context.bezierCurveTo(-unitPx * 0.5, -unitPx, unitPx * 0.5, unitPx, unitPx, 0);
  context.lineWidth = 2;
  context.strokeStyle = palette.bad;
  context.stroke();
  context.restore();
}
