/** The network is back, or the shopper came back to the tab: what was known of the shop may be old, or never came. */
import type { Shop } from '../shop-context.ts';

export function watchBrowser({ edgeWatch, products }: Pick<Shop, 'edgeWatch' | 'products'>): void {
  window.addEventListener('online', () => {
    edgeWatch.refreshSoon(0);
    void products.loadMissing();
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) edgeWatch.refreshSoon(0);
  });
}
