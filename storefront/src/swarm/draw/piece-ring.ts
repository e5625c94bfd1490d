/**
 * A node's pieces as a ring of bars: nothing = a thin line, in flight = hollow, verified = filled with a slit,
 * flushed = solid. With more pieces than bars a bar's height says how many of its pieces are there.
 */
import type { Point } from '../layout/ring.ts';
import type { Palette } from './palette.ts';

/** What a piece is at a node, as the ring and the strips draw it. */
export const MISSING = 0;
export const IN_FLIGHT = 1;
export const VERIFIED = 2;
export const FLUSHED = 3;
export type PieceState = typeof MISSING | typeof IN_FLIGHT | typeof VERIFIED | typeof FLUSHED;

const MOST_BARS = 64;
/** Narrower bars run into each other. */
const LEAST_BAR_PX = 3.2;
const INNER = 0.74;
const wholeTurn = 2 * Math.PI;

interface Bar {
  readonly there: number;
  readonly flushed: number;
  readonly inFlight: number;
}

export function barCount(pieceCount: number, radiusPx: number): number {
  return Math.max(1, Math.min(pieceCount, MOST_BARS, Math.floor((wholeTurn * radiusPx) / LEAST_BAR_PX)));
}

function barOf(states: Uint8Array, first: number, end: number): Bar {
  let there = 0;
  let flushed = 0;
  let inFlight = 0;
  for (let piece = first; piece < end; piece++) {
    const state = states[piece];
    if (state === FLUSHED) flushed++;
    if (state === FLUSHED || state === VERIFIED) there++;
    else if (state === IN_FLIGHT) inFlight++;
  }
  const count = end - first;
  return { there: there / count, flushed: flushed / count, inFlight: inFlight / count };
}

export function drawPieceRing(
  context: CanvasRenderingContext2D,
  centre: Point,
  radiusPx: number,
  states: Uint8Array,
  colour: string,
  palette: Palette,
): void {
  const bars = barCount(states.length, radiusPx);
  const inner = radiusPx * INNER;
  const height = radiusPx - inner;
  const gap = bars === 1 ? 0 : Math.min(0.25 * (wholeTurn / bars), 1.4 / radiusPx);
  const solid = new Path2D();
  const slits = new Path2D();
  const hollow = new Path2D();
  for (let index = 0; index < bars; index++) {
    const first = Math.floor((states.length * index) / bars);
    const end = Math.max(first + 1, Math.floor((states.length * (index + 1)) / bars));
    const bar = barOf(states, first, end);
    const begin = (wholeTurn * index) / bars - Math.PI / 2 + gap / 2;
    const stop = (wholeTurn * (index + 1)) / bars - Math.PI / 2 - gap / 2;
    if (bar.there > 0) {
      const outer = inner + height * Math.max(0.15, bar.there);
      addBar(solid, centre, inner, outer, begin, stop);
      if (bar.flushed < bar.there) addArc(slits, centre, (inner + outer) / 2, begin, stop);
    } else if (bar.inFlight > 0) {
      addBar(hollow, centre, inner + 0.5, inner + height * Math.max(0.45, bar.inFlight), begin, stop);
    }
  }
  context.lineWidth = 1;
  context.strokeStyle = palette.line;
  context.beginPath();
  context.arc(centre.x, centre.y, inner, 0, wholeTurn);
  context.stroke();
  context.fillStyle = colour;
  context.fill(solid);
  context.strokeStyle = colour;
  context.stroke(hollow);
  context.strokeStyle = palette.node;
  context.lineWidth = Math.max(1, height * 0.22);
  context.stroke(slits);
}

function addBar(
  path: Path2D,
  { x, y }: Point,
  inner: number,
  outer: number,
  begin: number,
  end: number,
): void {
  path.moveTo(x + inner * Math.cos(begin), y + inner * Math.sin(begin));
  path.arc(x, y, outer, begin, end);
  path.arc(x, y, inner, end, begin, true);
  path.closePath();
}

function addArc(path: Path2D, { x, y }: Point, radius: number, begin: number, end: number): void {
  path.moveTo(x + radius * Math.cos(begin), y + radius * Math.sin(begin));
  path.arc(x, y, radius, begin, end);
}
