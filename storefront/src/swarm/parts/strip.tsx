import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { readPalette } from '../draw/palette.ts';
import { drawAvailability, drawStrip, type StripPieces } from '../draw/strip.ts';

/** @param label what the row says, for those who do not see it */
export function PieceStrip({
  pieces,
  label,
}: {
  readonly pieces: StripPieces;
  readonly label: string;
}): JSX.Element {
  const canvasRef = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = canvasRef.current;
    if (canvas !== null) drawStrip(canvas, pieces, readPalette(canvas));
  });
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
  const canvasRef = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = canvasRef.current;
    if (canvas !== null) drawAvailability(canvas, counts, nodes, readPalette(canvas));
  });
  return <canvas ref={canvasRef} class="strip strip--tall" role="img" aria-label={label} />;
}
