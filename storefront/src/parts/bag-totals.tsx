import type { JSX } from 'preact';
import { formatPrice } from '../../../shared/money.ts';
import type { BagRows } from '../bag/use-bag-rows.ts';

export function BagTotals({ totals }: Pick<BagRows, 'totals'>): JSX.Element {
  return (
    <>
      {totals.map(({ currency, priceCents }) => (
        <p key={currency} class="bag__total">
          <span>Total</span>
          <span>{formatPrice(priceCents, currency)}</span>
        </p>
      ))}
    </>
  );
}
