/** Starts the service worker when the page has done its own work, and tells it what the page had by then. */
import type { ProductsState } from '../catalog/product-store.ts';
import type { Store } from '../store.ts';
import type { FailedImage, WorkerMessage } from './worker-message.ts';

export function keepForLater(products: Store<ProductsState>): void {
  // Only where pages are secure (https, or this machine).
  const workers = 'serviceWorker' in navigator ? navigator.serviceWorker : undefined;
  if (workers === undefined) return;
  const tell = async (message: WorkerMessage) => (await workers.ready).active?.postMessage(message);
  const start = () => {
    // A browser may forbid storage: the shop does without.
    workers.register('/sw.js').catch(() => undefined);
    if (workers.controller === null)
      workers.addEventListener('controllerchange', () => void tell({ seen: seenSoFar() }), { once: true });
  };
  if (document.readyState === 'complete') start();
  else window.addEventListener('load', start, { once: true });

  const tellPublished = () => {
    const state = products.get();
    if (state.kind !== 'ready' || !state.isComplete || workers.controller === null) return;
    void tell({ published: state.products.flatMap(({ images }) => images.map(({ id }) => id)) });
  };
  tellPublished();
  products.subscribe(tellPublished);
}

/** Else the worker would wait on, and give the same bytes for every edge that the page tries next. */
export function tellFailed(failed: FailedImage): void {
  const worker = 'serviceWorker' in navigator ? navigator.serviceWorker.controller : null;
  worker?.postMessage({ failed } satisfies WorkerMessage);
}

function seenSoFar(): NonNullable<WorkerMessage['seen']> {
  const resources = performance
    .getEntriesByType('resource')
    .map(({ name }) => ({ url: name, mode: 'cors' }) as const);
  return [{ url: location.href, mode: 'navigate' }, ...resources];
}
