/** A small canvas that is painted anew when what it shows changes, or its size, or the page's colours. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** @param shows what the painting is made of */
export function usePaintedCanvas(
  paint: (canvas: HTMLCanvasElement) => void,
  shows: readonly unknown[],
): RefObject<HTMLCanvasElement | null> {
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const paintRef = useRef(paint);
  paintRef.current = paint;
  useEffect(() => {
    const canvas = canvasRef.current;
    if (canvas === null) return;
    const again = () => paintRef.current(canvas);
    const resized = new ResizeObserver(again);
    resized.observe(canvas);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', again);
    return () => {
      resized.disconnect();
      scheme.removeEventListener('change', again);
    };
  }, []);
  useEffect(() => {
    if (canvasRef.current !== null) paintRef.current(canvasRef.current);
  }, shows);
  return canvasRef;
}
