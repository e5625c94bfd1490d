import type { JSX } from 'preact';
import { readPalette } from '../draw/palette.ts';
import { drawAvailability, drawStrip, type StripPieces } from '../draw/strip.ts';
import { usePaintedCanvas } from './use-painted-canvas.ts';

/** @param label what the row says, for those who do not see it */
export function PieceStrip({
  pieces,
  label,
}: {
  readonly pieces: StripPieces;
  readonly label: string;
}): JSX.Element {
  const canvasRef = usePaintedCanvas((canvas) => drawStrip(canvas, pieces, readPalette(canvas)), [pieces]);
  return <canvas ref={canvasRef} class="strip" role="img" aria-label={label} />;
}

export function AvailabilityStrip({
  counts,
  nodes,
  label,
}: {
  readonly counts: ArrayLike<number>;
  readonly nodes: number;
  readonly label: string;
}): JSX.Element {
  const canvasRef = usePaintedCanvas(
    (canvas) => drawAvailability(canvas, counts, nodes, readPalette(canvas)),
    [counts],
  );
  return <canvas ref={canvasRef} class="strip strip--tall" role="img" aria-label={label} />;
}
