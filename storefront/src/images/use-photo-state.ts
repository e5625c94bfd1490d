/** Connects a photo's state to the fleet, and its `<img>` to the state. */
import type { RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import { tellFailed } from '../offline/keep-for-later.ts';
import { useShop } from '../shop-context.ts';
import {
  type PhotoState,
  type PhotoView,
  WAITING,
  whenBoxChanged,
  whenDecoded,
  whenFleetChanged,
  whenSourceFailed,
} from './photo-state.ts';
import { useImageLog } from './use-image-log.ts';

export interface PhotoHandle {
  readonly state: PhotoState;
  /** Of the `<img>` that is loading or shown. */
  readonly imgRef: RefObject<HTMLImageElement | null>;
  readonly loaded: (img: HTMLImageElement) => void;
  readonly fail: (blame: Blame) => void;
}

/**
 * Whether its node is avoided for a while. `if-others-give`: what nobody has (a photo that was purged while the page was
 * open) says nothing about any node.
 */
export type Blame = 'node' | 'if-others-give' | 'nobody';

type Event = (state: PhotoState) => PhotoState;

export function usePhotoState(imageId: string, alt: string, sizes: string): PhotoHandle {
  const { edgeWatch, imageLog } = useShop();
  const [standsInPage] = useState(() => imageLog.takeFromPage(imageId));
  const view = useCallback(
    (): PhotoView => ({
      ...edgeWatch.fleet.get(),
      imageId,
      sizes,
      origin: edgeWatch.origin,
      preferredUrl: imageLog.lastUrl(imageId),
      standsInPage,
      nowMs: Date.now(),
    }),
    [edgeWatch, imageLog, imageId, sizes, standsInPage],
  );
  const [state, dispatch] = useReducer(
    (before: PhotoState, event: Event) => event(before),
    WAITING,
    () => (standsInPage ? whenFleetChanged(WAITING, view()) : WAITING),
  );
  const imgRef = useRef<HTMLImageElement>(null);

  useLayoutEffect(() => {
    dispatch((before) => whenBoxChanged(before, view()));
    const update = () => dispatch((before) => whenFleetChanged(before, view()));
    update();
    return edgeWatch.fleet.subscribe(update);
  }, [edgeWatch, view]);

  const sourceUrl = state.kind === 'loading' || state.kind === 'shown' ? state.source.url : undefined;
  const attempt = attemptOf(state);
  const failedAttempt = useRef<number | undefined>(undefined);
  const accused = useRef(new Set<string>());
  const fail = useCallback(
    (blame: Blame) => {
      // Once: what is let go because it stalled reports an error too, which says nothing new of its node.
      if (failedAttempt.current === attempt) return;
      failedAttempt.current = attempt;
      if (sourceUrl !== undefined) tellFailed({ imageId, url: sourceUrl });
      // A shopper without network learns nothing about edges.
      if (navigator.onLine && sourceUrl !== undefined) {
        if (blame === 'node') edgeWatch.imageFailed(sourceUrl);
        if (blame === 'if-others-give') {
          accused.current.add(sourceUrl);
          void edgeWatch.suspect(sourceUrl);
        }
      }
      dispatch((before) => (attemptOf(before) === attempt ? whenSourceFailed(before, view()) : before));
    },
    [edgeWatch, imageId, sourceUrl, attempt, view],
  );
  const loaded = useCallback(
    (img: HTMLImageElement) => {
      const shown = () => {
        if (img !== imgRef.current) return;
        if (sourceUrl !== undefined) edgeWatch.imageLoaded(sourceUrl);
        for (const url of accused.current) if (url !== sourceUrl) edgeWatch.imageFailed(url);
        accused.current.clear();
        dispatch(whenDecoded);
      };
      img.decode().then(shown, () => img === imgRef.current && fail('if-others-give'));
    },
    [edgeWatch, sourceUrl, fail],
  );

  // What stood in the page may have come, or failed, before anybody listened.
  useLayoutEffect(() => {
    const img = imgRef.current;
    if (img === null || !img.complete || !standsInPage) return;
    if (img.naturalWidth > 0) loaded(img);
    else fail('if-others-give');
  }, []);
  // Nobody gave it.
  useEffect(() => {
    if (state.kind === 'resting') accused.current.clear();
  }, [state.kind]);

  useRest(state, view, dispatch);
  useImageLog(imageId, alt, state, imgRef);
  return { state, imgRef, loaded, fail };
}

function attemptOf(state: PhotoState): number {
  return state.kind === 'waiting' ? 0 : state.attempt;
}

function useRest(state: PhotoState, view: () => PhotoView, dispatch: (event: Event) => void): void {
  const untilMs = state.kind === 'resting' ? state.untilMs : undefined;
  useEffect(() => {
    if (untilMs === undefined) return;
    // The timer says that the time has come: a clock that was set back would say so an hour later.
    const retry = () =>
      dispatch((before) => whenFleetChanged(before, { ...view(), nowMs: Math.max(untilMs, Date.now()) }));
    const timer = setTimeout(retry, Math.max(0, untilMs - Date.now()));
    return () => clearTimeout(timer);
  }, [untilMs, view, dispatch]);
}
