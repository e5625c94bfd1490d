/** A small canvas that is drawn anew each time. */

/** Sized to its box, and empty. */
export function fresh(canvas: HTMLCanvasElement): {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
} {
  const context = canvas.getContext('2d')!;
  const ratio = Math.min(2, devicePixelRatio);
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}
