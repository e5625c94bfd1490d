/** Looks after an image that is loading: is it stalled, and is its node there at all? */
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { useShop } from '../shop-context.ts';
import { whenNearView } from './near-view.ts';
import type { PhotoState } from './photo-state.ts';
import { judgeStall, SUSPECT_MS } from './stall.ts';
import type { Blame } from './use-photo-state.ts';

/** Signs change without an event of this image's: what others gave meanwhile. */
const LOOK_AGAIN_MS = 250;

/**
 * Belongs to the component that draws the `<img>`: a photo may be loading before its box is measured, and then has
 * none. Runs from when the browser should be loading the image; the clock stands still in a hidden tab and offline. An
 * edge that fails its probe is left at once, unless the image is already coming.
 * @param state undefined: another `<img>` is the one that is loading
 */
export function useStallTimer(
  state: PhotoState | undefined,
  imgRef: RefObject<HTMLImageElement | null>,
  fail: (blame: Blame) => void,
): void {
  const { edgeWatch } = useShop();
  const loading = state?.kind === 'loading' ? state : undefined;
  useEffect(() => {
    const img = imgRef.current;
    if (loading === undefined || img === null) return;
    const { url } = loading.source;
    const { given } = edgeWatch;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let startMs = 0;
    let givenBefore = 0;
    const look = () => {
      const nowMs = Date.now();
      if (document.hidden || !navigator.onLine) startMs = nowMs;
      const waitedMs = nowMs - startMs;
      const headerArrived = img.naturalWidth > 0;
      const isQuiet = !headerArrived && given.lastMs(url) < startMs;
      if (waitedMs >= SUSPECT_MS && isQuiet) void edgeWatch.suspect(url);
      const verdict = judgeStall({
        waitedMs,
        sinceNodeGaveMs: nowMs - given.lastMs(url),
        othersGave: given.byOthers(url) - givenBefore,
        headerArrived,
        attempt: loading.attempt,
      });
      if (verdict.kind === 'stalled') fail(verdict.nodeSilent ? 'node' : 'nobody');
      else
        timer = setTimeout(look, Math.min(verdict.forMs, waitedMs < SUSPECT_MS ? SUSPECT_MS : LOOK_AGAIN_MS));
    };
    const forget = whenNearView(img, () => {
      startMs = Date.now();
      givenBefore = given.byOthers(url);
      look();
    });
    const leaveDeadEdge = () => {
      const edge = edgeWatch.fleet.get().edges.find((candidate) => candidate.url === url);
      if (edge?.health.probe === 'failed' && img.naturalWidth === 0) fail('nobody');
    };
    const unsubscribe = edgeWatch.fleet.subscribe(leaveDeadEdge);
    return () => {
      unsubscribe();
      forget();
      clearTimeout(timer);
    };
  }, [loading, imgRef, fail, edgeWatch]);
}
