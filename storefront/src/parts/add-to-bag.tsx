import type { JSX } from 'preact';
import { announce } from '../announce.ts';
import { QUANTITY_MAX, quantityOf } from '../bag/bag.ts';
import type { ShopProduct } from '../catalog/shop-product.ts';
import { useShop } from '../shop-context.ts';
import { useStore } from '../store.ts';

export function AddToBag({ product }: { readonly product: ShopProduct }): JSX.Element {
  const { bag } = useShop();
  const quantity = quantityOf(useStore(bag.bag), product.id);
  const add = () => {
    bag.setQuantity(product.id, quantity + 1);
    announce(`${product.title} is in the bag`);
    bag.open.set(true);
  };
  return (
    <div class="add-to-bag">
      <button type="button" class="button button--main" disabled={quantity >= QUANTITY_MAX} onClick={add}>
        {quantity === 0 ? 'Add to bag' : `Add another (${quantity} in the bag)`}
      </button>
      <p class="hint">Sample shop: the bag stays in this browser and nothing can be ordered.</p>
    </div>
  );
}
