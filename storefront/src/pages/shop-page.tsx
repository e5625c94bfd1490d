/** All products: search, shelves, order, grid. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { announce } from '../announce.ts';
import {
  findProducts,
  type ProductView,
  parseProductView,
  productViewPath,
} from '../catalog/find-products.ts';
import type { ProductsState } from '../catalog/product-store.ts';
import { moveTo, restoreScroll } from '../navigation.ts';
import { CategoryBar } from '../parts/category-bar.tsx';
import { GridSkeleton } from '../parts/grid-skeleton.tsx';
import { Message, Unreachable } from '../parts/messages.tsx';
import { ProductGrid } from '../parts/product-grid.tsx';
import { SearchBar } from '../parts/search-bar.tsx';
import { useShop } from '../shop-context.ts';
import { useStore } from '../store.ts';

type ReadyProducts = Extract<ProductsState, { kind: 'ready' }>;

export function ShopPage(): JSX.Element {
  const { products } = useShop();
  const state = useStore(products.state);
  switch (state.kind) {
    case 'loading':
      return <GridSkeleton />;
    case 'failed':
      return <Unreachable onRetry={() => void products.load()} />;
    case 'ready':
      return state.products.length === 0 ? <NoProducts /> : <Shelves state={state} />;
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

function Shelves({ state }: { readonly state: ReadyProducts }): JSX.Element {
  const { products: store } = useShop();
  const { products, categories, isComplete, isCutOff } = state;
  const [view, setView] = useState(() => parseProductView(location.search));
  const found = useMemo(() => findProducts(products, view), [products, view]);
  useLayoutEffect(restoreScroll, []);
  useEffect(() => {
    document.title = view.category === '' ? 'Shoal Goods' : `${view.category} · Shoal Goods`;
  }, [view.category]);

  const show = (next: ProductView) => {
    moveTo(productViewPath(next));
    setView(next);
    const count = findProducts(products, next).length;
    announce(count === 1 ? '1 product' : `${count} products`);
  };

  const isPlain = view.search.trim() === '' && view.order === 'featured' && view.category === '';
  return (
    <div class="page" aria-busy={!isComplete}>
      <div class="intro">
        <h1>Good things, seen well.</h1>
        <SearchBar view={view} onChange={show} />
      </div>
      {categories.length > 1 && <CategoryBar categories={categories} view={view} onChange={show} />}
      {found.length > 0 && (
        <ProductGrid key={productViewPath(view)} products={found} featuresFirst={isPlain} />
      )}
      {found.length === 0 && isComplete && <NothingFound view={view} onChange={show} />}
      {found.length === 0 && isCutOff && <Unreachable onRetry={() => void store.load()} />}
    </div>
  );
}

interface NothingFoundProps {
  readonly view: ProductView;
  readonly onChange: (view: ProductView) => void;
}

function NothingFound({ view, onChange }: NothingFoundProps): JSX.Element {
  const search = view.search.trim();
  return (
    <div class="message message--inline">
      <p>
        Nothing
        {search !== '' && (
          <>
            {' matches '}
            <q dir="auto">{search}</q>
          </>
        )}
        {view.category !== '' && (
          <>
            {' in '}
            <bdi>{view.category}</bdi>
          </>
        )}
        .
      </p>
      <button
        type="button"
        class="button button--quiet"
        onClick={() => onChange({ ...view, search: '', category: '' })}
      >
        Show everything
      </button>
    </div>
  );
}
