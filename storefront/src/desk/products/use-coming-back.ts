/** When somebody comes back: to this part of the page, to its tab or window, or out of the browser's cache of pages. */
import { useEffect } from 'preact/hooks';

/** @param onBack may be called twice for one return */
export function useComingBack(onBack: () => void): void {
  useEffect(() => {
    onBack();
    const controller = new AbortController();
    const { signal } = controller;
    document.addEventListener('visibilitychange', () => document.hidden || onBack(), { signal });
    window.addEventListener('pageshow', ({ persisted }) => persisted && onBack(), { signal });
    // Of two windows beside each other none is ever hidden.
    window.addEventListener('focus', onBack, { signal });
    return () => controller.abort();
  }, []);
}
