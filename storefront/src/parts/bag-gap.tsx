/** What is in the bag and cannot be shown: why, and what the shopper can do. */
import type { JSX } from 'preact';
import type { BagRows } from '../bag/use-bag-rows.ts';
import { useShop } from '../shop-context.ts';

export function BagGap({ rows, gap, missingIds }: BagRows): JSX.Element | null {
  const { bag, products } = useShop();
  const count = missingIds.length;
  const what = rows.length === 0 ? 'it' : 'the rest';
  switch (gap) {
    case 'none':
      return null;
    case 'coming':
      return (
        <p class="bag__gap" role="status">
          Fetching {what} …
        </p>
      );
    case 'unreachable':
      return (
        <div class="bag__gap" role="status">
          <p>The shop cannot be reached just now, so {what} cannot be shown.</p>
          <button type="button" class="button button--quiet" onClick={() => void products.load()}>
            Try again
          </button>
        </div>
      );
    case 'gone':
      return (
        <div class="bag__gap" role="status">
          <p>{count === 1 ? 'One product in it is' : `${count} products in it are`} no longer sold.</p>
          <button type="button" class="button button--quiet" onClick={() => bag.takeOut(missingIds)}>
            Take {count === 1 ? 'it' : 'them'} out
          </button>
        </div>
      );
  }
}
