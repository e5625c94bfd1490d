/** Connects a photo's state to the fleet, and its `<img>` to the state. */
import type { RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import { useShop } from '../shop-context.ts';
import { whenNearView } from './near-view.ts';
import {
  type PhotoState,
  type PhotoView,
  WAITING,
  whenDecoded,
  whenFleetChanged,
  whenSourceFailed,
} from './photo-state.ts';
import { judgeStall } from './stall.ts';

export interface PhotoHandle {
  readonly state: PhotoState;
  readonly imgRef: RefObject<HTMLImageElement | null>;
  readonly loaded: (img: HTMLImageElement) => void;
  readonly failed: () => void;
}

type Event = (state: PhotoState) => PhotoState;

export function usePhotoState(imageId: string, alt: string): PhotoHandle {
  const { edgeWatch, imageLog } = useShop();
  const view = useCallback(
    (): PhotoView => ({
      ...edgeWatch.fleet.get(),
      imageId,
      origin: edgeWatch.origin,
      preferredUrl: imageLog.lastUrl(imageId),
      nowMs: Date.now(),
    }),
    [edgeWatch, imageLog, imageId],
  );
  const [state, dispatch] = useReducer((before: PhotoState, event: Event) => event(before), WAITING);
  const imgRef = useRef<HTMLImageElement>(null);

  useLayoutEffect(() => {
    const update = () => dispatch((before) => whenFleetChanged(before, view()));
    update();
    return edgeWatch.fleet.subscribe(update);
  }, [edgeWatch, view]);

  const sourceUrl = state.kind === 'loading' || state.kind === 'shown' ? state.source.url : undefined;
  const attempt = state.kind === 'waiting' ? 0 : state.attempt;
  const fail = useCallback(
    (nodeToBlame: boolean) => {
      // A shopper without network learns nothing about edges.
      if (nodeToBlame && navigator.onLine && sourceUrl !== undefined) edgeWatch.imageFailed(sourceUrl);
      dispatch((before) => (attemptOf(before) === attempt ? whenSourceFailed(before, view()) : before));
    },
    [edgeWatch, sourceUrl, attempt, view],
  );
  const failed = useCallback(() => fail(true), [fail]);
  const loaded = useCallback(
    (img: HTMLImageElement) => {
      const shown = () => {
        if (img !== imgRef.current) return;
        if (sourceUrl !== undefined) edgeWatch.imageLoaded(sourceUrl);
        dispatch(whenDecoded);
      };
      img.decode().then(shown, () => img === imgRef.current && fail(true));
    },
    [edgeWatch, sourceUrl, fail],
  );

  useStallTimer(state, imgRef, fail);
  useRest(state, view, dispatch);
  useImageLog(imageId, alt, state);
  return { state, imgRef, loaded, failed };
}

function attemptOf(state: PhotoState): number {
  return state.kind === 'waiting' ? 0 : state.attempt;
}

/**
 * Runs from when the browser should be loading the image; the clock stands still in a hidden tab and offline. An edge
 * that fails its probe is left at once, unless the image is already coming.
 */
function useStallTimer(
  state: PhotoState,
  imgRef: RefObject<HTMLImageElement | null>,
  fail: (nodeToBlame: boolean) => void,
): void {
  const { edgeWatch } = useShop();
  const loading = state.kind === 'loading' ? state : undefined;
  useEffect(() => {
    const img = imgRef.current;
    if (loading === undefined || img === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let startMs = 0;
    const look = () => {
      if (document.hidden || !navigator.onLine) startMs = Date.now();
      const nowMs = Date.now();
      const verdict = judgeStall({
        waitedMs: nowMs - startMs,
        sinceNodeGaveMs: nowMs - (edgeWatch.gaveAtMs(loading.source.url) ?? Number.NEGATIVE_INFINITY),
        headerArrived: img.naturalWidth > 0,
        attempt: loading.attempt,
      });
      if (verdict.kind === 'wait') timer = setTimeout(look, verdict.forMs);
      else fail(verdict.nodeSilent);
    };
    const forget = whenNearView(img, () => {
      startMs = Date.now();
      look();
    });
    const leaveDeadEdge = () => {
      const edge = edgeWatch.fleet.get().edges.find(({ url }) => url === loading.source.url);
      if (edge?.health.probe === 'failed' && img.naturalWidth === 0) fail(false);
    };
    const unsubscribe = edgeWatch.fleet.subscribe(leaveDeadEdge);
    return () => {
      unsubscribe();
      forget();
      clearTimeout(timer);
    };
  }, [loading, imgRef, fail, edgeWatch]);
}

function useRest(state: PhotoState, view: () => PhotoView, dispatch: (event: Event) => void): void {
  const untilMs = state.kind === 'resting' ? state.untilMs : undefined;
  useEffect(() => {
    if (untilMs === undefined) return;
    const retry = () => dispatch((before) => whenFleetChanged(before, view()));
    const timer = setTimeout(retry, Math.max(0, untilMs - Date.now()));
    return () => clearTimeout(timer);
  }, [untilMs, view, dispatch]);
}

function useImageLog(imageId: string, alt: string, state: PhotoState): void {
  const { imageLog } = useShop();
  const key = useRef(0);
  useEffect(() => {
    key.current = imageLog.enter(imageId, alt);
    return () => imageLog.leave(key.current);
  }, [imageLog, imageId, alt]);
  const source = state.kind === 'shown' ? state.source : undefined;
  useEffect(() => {
    if (source === undefined) imageLog.gone(key.current);
    else imageLog.shown(key.current, source);
  }, [imageLog, source]);
}
