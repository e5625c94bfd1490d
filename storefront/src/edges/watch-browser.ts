/** The network is back, or the shopper came back to the tab: what was known of the fleet may be old. */
import type { EdgeWatch } from './edge-watch.ts';

export function watchBrowser(edgeWatch: EdgeWatch): void {
  window.addEventListener('online', () => edgeWatch.refreshSoon(0));
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) edgeWatch.refreshSoon(0);
  });
}
