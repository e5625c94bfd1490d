/** Said calmly: without the origin the shop still shows. */
import type { JSX } from 'preact';
import { useShop } from '../shop-context.ts';
import { useStore } from '../store.ts';

export function OriginNotice(): JSX.Element {
  const { edgeWatch, products } = useShop();
  const { originReachable } = useStore(edgeWatch.fleet);
  const hasProducts = useStore(products.state).kind === 'ready';
  return (
    <div class="notice" role="status">
      {!originReachable && hasProducts && (
        <p>
          The shop cannot be reached just now. Look around: what you see is kept, and the photos still come.
        </p>
      )}
    </div>
  );
}
