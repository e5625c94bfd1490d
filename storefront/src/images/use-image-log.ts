/** Keeps the image log in step with one photo. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useShop } from '../shop-context.ts';
import { type ImageTiming, type ResourceTiming, readImageTiming } from './image-timing.ts';
import type { PhotoState } from './photo-state.ts';

export function useImageLog(
  imageId: string,
  alt: string,
  state: PhotoState,
  imgRef: RefObject<HTMLImageElement | null>,
): void {
  const { imageLog } = useShop();
  const key = useRef(0);
  useEffect(() => {
    key.current = imageLog.enter(imageId, alt);
    return () => imageLog.leave(key.current);
  }, [imageLog, imageId, alt]);
  const source = state.kind === 'shown' ? state.source : undefined;
  const attempt = state.kind === 'shown' ? state.attempt : undefined;
  useEffect(() => {
    if (source === undefined || attempt === undefined) imageLog.gone(key.current);
    else imageLog.shown(key.current, source, timingOf(imgRef.current?.currentSrc ?? ''));
  }, [imageLog, source, attempt, imgRef]);
}

function timingOf(url: string): ImageTiming | undefined {
  const entry = performance.getEntriesByName(url, 'resource').at(-1);
  return entry && readImageTiming(entry as unknown as ResourceTiming);
}
