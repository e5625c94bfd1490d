/** The bag, in a dialog at the side. The browser's own dialog keeps the focus in and closes on Escape. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { BAG_BOXES } from '../../../shared/http/shop-boxes.ts';
import { productPath } from '../../../shared/http/shop-paths.ts';
import { QUANTITY_MAX } from '../bag/bag.ts';
import { useBagRows } from '../bag/use-bag-rows.ts';
import { priceWords } from '../catalog/price-words.ts';
import type { ShopProduct } from '../catalog/shop-product.ts';
import { Photo } from '../images/photo.tsx';
import { useShop } from '../shop-context.ts';
import { useStore } from '../store.ts';
import { BagGap } from './bag-gap.tsx';
import { BagTotals } from './bag-totals.tsx';
import { CloseIcon, MinusIcon, PlusIcon } from './icons.tsx';

export function BagDrawer(): JSX.Element {
  const { bag } = useShop();
  const open = useStore(bag.open);
  const dialogRef = useRef<HTMLDialogElement>(null);
  const close = () => bag.open.set(false);

  // Closed before a new page takes the focus: behind an open dialog nothing can have it.
  useLayoutEffect(() => {
    const dialog = dialogRef.current;
    if (dialog === null) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the bag closes it; on keys Escape does, by the browser
    <dialog
      ref={dialogRef}
      class="bag"
      aria-labelledby="bag-heading"
      onClose={close}
      onClick={(event) => event.target === event.currentTarget && close()}
    >
      {open && <BagContent onClose={close} />}
    </dialog>
  );
}

function BagContent({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const closeRef = useRef<HTMLButtonElement>(null);
  const bagRows = useBagRows();
  const { rows, totals, gap } = bagRows;
  // A sum of a part would not be the bag's.
  const isWhole = gap === 'none' || gap === 'gone';
  const isEmpty = rows.length === 0 && gap === 'none';
  return (
    <div class="bag__content">
      <div class="bag__head">
        <h2 id="bag-heading">Your bag</h2>
        <button ref={closeRef} type="button" class="icon-button" aria-label="Close the bag" onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      <div>
        {isEmpty && <p class="bag__empty">It is empty. There is room for good things.</p>}
        {rows.length > 0 && (
          <ul class="bag__lines">
            {rows.map(({ product, quantity }) => (
              <BagRow
                key={product.id}
                product={product}
                quantity={quantity}
                onLeave={onClose}
                onTakenOut={() => closeRef.current?.focus()}
              />
            ))}
          </ul>
        )}
        <BagGap {...bagRows} />
      </div>
      <div class="bag__foot">
        {isWhole && <BagTotals totals={totals} />}
        {isWhole && rows.length > 0 && (
          <a class="button button--main" href="/checkout" data-page onClick={onClose}>
            Go to checkout
          </a>
        )}
        <p class="hint">Sample shop: the bag stays in this browser and nothing can be ordered.</p>
      </div>
    </div>
  );
}

interface BagRowProps {
  readonly product: ShopProduct;
  readonly quantity: number;
  readonly onLeave: () => void;
  /** The button that had the focus goes. */
  readonly onTakenOut: () => void;
}

function BagRow({ product, quantity, onLeave, onTakenOut }: BagRowProps): JSX.Element {
  const { bag } = useShop();
  const image = product.images[0];
  return (
    <li class="bag__line">
      <div class="bag__photo">
        {image && <Photo key={image.id} image={image} alt="" fit="cover" boxAspect={1} boxes={BAG_BOXES} />}
      </div>
      <div class="bag__words">
        <a href={productPath(product.id)} data-page dir="auto" onClick={onLeave}>
          {product.title}
        </a>
        <span class="bag__price">{priceWords(product.priceCents * quantity, product.currency)}</span>
      </div>
      <div class="bag__quantity">
        <button
          type="button"
          class="icon-button"
          aria-label={`One fewer of ${product.title}`}
          onClick={() => {
            if (quantity === 1) onTakenOut();
            bag.setQuantity(product.id, quantity - 1);
          }}
        >
          <MinusIcon />
        </button>
        <span>{quantity}</span>
        <button
          type="button"
          class="icon-button"
          aria-label={`One more of ${product.title}`}
          disabled={quantity >= QUANTITY_MAX}
          onClick={() => bag.setQuantity(product.id, quantity + 1)}
        >
          <PlusIcon />
        </button>
      </div>
    </li>
  );
}
