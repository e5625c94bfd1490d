import type { JSX } from 'preact';
import { itemCount } from '../bag/bag.ts';
import { useShop } from '../shop-context.ts';
import { useStore } from '../store.ts';
import { BagIcon, ShoalMark } from './icons.tsx';

export function Header(): JSX.Element {
  const { bag } = useShop();
  const items = itemCount(useStore(bag.bag));
  return (
    <header class="header">
      <div class="header__row">
        <a class="header__home" href="/" data-page>
          <ShoalMark />
          <span>Shoal Goods</span>
        </a>
        <button type="button" class="header__bag" aria-haspopup="dialog" onClick={() => bag.open.set(true)}>
          <BagIcon />
          <span class="header__bag-word">Bag</span>
          {items === 0 && <span class="visually-hidden">empty</span>}
          {items > 0 && <span class="header__bag-count">{items}</span>}
          {items > 0 && <span class="visually-hidden">{items === 1 ? 'item' : 'items'}</span>}
        </button>
      </div>
    </header>
  );
}
