/** A checkout as it would be, which says that it is none: what is typed is checked here and goes nowhere. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { type BagRows, useBagRows } from '../bag/use-bag-rows.ts';
import { priceWords } from '../catalog/price-words.ts';
import { restoreScroll } from '../navigation.ts';
import { BagGap } from '../parts/bag-gap.tsx';
import { BagTotals } from '../parts/bag-totals.tsx';
import { CheckoutForm } from '../parts/checkout-form.tsx';
import { Message } from '../parts/messages.tsx';
import { useShop } from '../shop-context.ts';

export function CheckoutPage(): JSX.Element {
  const { bag } = useShop();
  const bagRows = useBagRows();
  const { rows, totals, gap } = bagRows;
  const [thanks, setThanks] = useState<string | undefined>(undefined);
  useLayoutEffect(restoreScroll, []);
  useEffect(() => {
    document.title = 'Checkout · Shoal Goods';
  }, []);

  if (thanks !== undefined) return <Thanks name={thanks} />;
  if (rows.length === 0 || gap === 'coming' || gap === 'unreachable') return <NoOrder {...bagRows} />;
  return (
    <div class="page checkout">
      <h1>Checkout</h1>
      <p class="checkout__notice" role="note">
        This is a sample shop and a mock checkout. Nothing is sold, nothing is charged, and what you type does
        not leave this page.
      </p>
      <div class="checkout__columns">
        <CheckoutForm
          onDone={(name) => {
            bag.empty();
            setThanks(name);
            window.scrollTo({ top: 0, behavior: 'instant' });
          }}
        />
        <section class="checkout__summary" aria-labelledby="summary-heading">
          <h2 id="summary-heading">Your bag</h2>
          <ul>
            {rows.map(({ product, quantity }) => (
              <li key={product.id}>
                <span class="checkout__title" dir="auto">
                  {product.title}
                </span>
                <span class="checkout__count">{quantity} ×</span>
                <span>{priceWords(product.priceCents * quantity, product.currency)}</span>
              </li>
            ))}
          </ul>
          <BagTotals totals={totals} />
          <BagGap {...bagRows} />
        </section>
      </div>
    </div>
  );
}

/** Nothing is in the bag, or not all that is in it can be shown. */
function NoOrder(bagRows: BagRows): JSX.Element {
  const isEmpty = bagRows.gap === 'none';
  return (
    <Message heading={isEmpty ? 'Your bag is empty' : 'Your bag'}>
      {isEmpty ? <p>There is nothing to check out yet.</p> : <BagGap {...bagRows} rows={[]} />}
      <a class="button" href="/" data-page>
        See all products
      </a>
    </Message>
  );
}

function Thanks({ name }: { readonly name: string }): JSX.Element {
  return (
    <Message heading="That would have been it" alert>
      <p>
        Thank you, <bdi>{name}</bdi>. In a real shop your order would be on its way; this one sells nothing,
        and what you typed is already forgotten.
      </p>
      <a class="button" href="/" data-page>
        Back to the shop
      </a>
    </Message>
  );
}
