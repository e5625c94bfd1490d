/** All products: search, order, grid. Search and order stand in the address, so that a view can be shared. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { announce } from '../announce.ts';
import { findProducts, type ProductOrder, parseProductOrder } from '../catalog/find-products.ts';
import type { ShopProduct } from '../catalog/shop-product.ts';
import { restoreScroll } from '../navigation.ts';
import { GridSkeleton } from '../parts/grid-skeleton.tsx';
import { Message, Unreachable } from '../parts/messages.tsx';
import { ProductGrid } from '../parts/product-grid.tsx';
import { SearchBar } from '../parts/search-bar.tsx';
import { useShop } from '../shop-context.ts';
import { useStore } from '../store.ts';

export function ShopPage(): JSX.Element {
  const { products } = useShop();
  const state = useStore(products.state);
  useEffect(() => {
    document.title = 'Shoal Goods';
  }, []);
  switch (state.kind) {
    case 'loading':
      return <GridSkeleton />;
    case 'failed':
      return <Unreachable onRetry={() => void products.load()} />;
    case 'ready':
      return state.products.length === 0 ? <NoProducts /> : <Catalog products={state.products} />;
  }
}

function NoProducts(): JSX.Element {
  const { products } = useShop();
  return (
    <Message heading="The shelves are still empty">
      <p>As soon as the first product is added, it shows up here.</p>
      <button type="button" class="button" onClick={() => void products.load()}>
        Look again
      </button>
    </Message>
  );
}

function Catalog({ products }: { readonly products: readonly ShopProduct[] }): JSX.Element {
  const [search, setSearch] = useState(() => new URLSearchParams(location.search).get('q') ?? '');
  const [order, setOrder] = useState(() =>
    parseProductOrder(new URLSearchParams(location.search).get('sort')),
  );
  const found = useMemo(() => findProducts(products, search, order), [products, search, order]);
  useLayoutEffect(restoreScroll, []);

  const show = (nextSearch: string, nextOrder: ProductOrder) => {
    setSearch(nextSearch);
    setOrder(nextOrder);
    history.replaceState(history.state, '', addressOf(nextSearch, nextOrder));
    const count = findProducts(products, nextSearch, nextOrder).length;
    announce(count === 1 ? '1 product' : `${count} products`);
  };

  const isPlain = search.trim() === '' && order === 'featured';
  return (
    <div class="page">
      <div class="intro">
        <h1>Good things, seen well.</h1>
        <SearchBar search={search} order={order} onChange={show} />
      </div>
      {found.length === 0 ? (
        <div class="message message--inline">
          <p>
            Nothing matches <q dir="auto">{search.trim()}</q>.
          </p>
          <button type="button" class="button button--quiet" onClick={() => show('', order)}>
            Show everything
          </button>
        </div>
      ) : (
        <ProductGrid key={`${search}\n${order}`} products={found} featuresFirst={isPlain} />
      )}
    </div>
  );
}

function addressOf(search: string, order: ProductOrder): string {
  const query = new URLSearchParams();
  if (search.trim() !== '') query.set('q', search.trim());
  if (order !== 'featured') query.set('sort', order);
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}
