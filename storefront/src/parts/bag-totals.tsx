import type { JSX } from 'preact';
import type { BagRows } from '../bag/use-bag-rows.ts';
import { priceWords } from '../catalog/price-words.ts';

export function BagTotals({ totals }: Pick<BagRows, 'totals'>): JSX.Element {
  return (
    <>
      {totals.map(({ currency, priceCents }) => (
        <p key={currency} class="bag__total">
          <span>Total</span>
          <span>{priceWords(priceCents, currency)}</span>
        </p>
      ))}
    </>
  );
}
