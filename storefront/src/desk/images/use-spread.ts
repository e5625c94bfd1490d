/** Asks how far the photos of a product have come, until they are everywhere; less often the longer it takes. */
import { useEffect } from 'preact/hooks';
import type { Product } from '../../../../shared/api-types/catalog.ts';
import { useDesk } from '../desk-context.ts';

const FIRST_MS = 400;
const LAST_MS = 10_000;
const GROWTH = 1.5;

export function useSpread({ id, images }: Product): void {
  const { products } = useDesk();
  // A new photo begins it anew.
  const ids = images.map((image) => image.id).join();
  useEffect(() => {
    if (ids === '') return;
    let waitMs = FIRST_MS;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const look = async () => {
      const isEverywhere = !document.hidden && (await products.refreshEdges(id));
      // Edges come and go: a slow look goes on.
      waitMs = isEverywhere ? LAST_MS : Math.min(waitMs * GROWTH, LAST_MS);
      if (!isOver) timer = setTimeout(look, waitMs);
    };
    timer = setTimeout(look, waitMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [products, id, ids]);
}
