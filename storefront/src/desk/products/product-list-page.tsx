/** All products in the order of the shop. Photos can be dropped on each. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Product } from '../../../../shared/api-types/catalog.ts';
import { formatPrice } from '../../../../shared/money.ts';
import type { Refusal } from '../../answers/answer.ts';
import { SearchIcon } from '../../parts/icons.tsx';
import { Message } from '../../parts/messages.tsx';
import { useStore } from '../../store.ts';
import { useDesk } from '../desk-context.ts';
import { deskProductPath } from '../desk-route.ts';
import { useSortable } from '../order/use-sortable.ts';
import { GripIcon } from '../parts/desk-icons.tsx';
import { Failed, Problem } from '../parts/notice.tsx';
import { Thumb } from '../parts/thumb.tsx';
import { useDropPhotos } from '../uploads/use-drop-photos.ts';
import { DeletedReport } from './deleted-report.tsx';
import { photoCount } from './photo-count.ts';
import { useComingBack } from './use-coming-back.ts';

export function ProductListPage(): JSX.Element {
  const { products } = useDesk();
  const state = useStore(products.state);
  useComingBack(() => void products.loadAgain());
  if (state.kind === 'failed') return <Failed refusal={state.refusal} onRetry={() => void products.load()} />;
  return (
    <>
      <div class="desk-head">
        <h1>Products</h1>
        <a class="button button--main desk-head__action" href="/desk/new" data-page>
          New product
        </a>
      </div>
      <DeletedReport />
      {state.kind === 'loading' ? <Skeleton /> : <Products products={state.products} />}
    </>
  );
}

function Skeleton(): JSX.Element {
  return (
    <ul class="product-rows" aria-busy="true" aria-label="Loading">
      {[1, 2, 3, 4].map((row) => (
        <li key={row} class="product-row product-row--waiting" />
      ))}
    </ul>
  );
}

function Products({ products }: { readonly products: readonly Product[] }): JSX.Element {
  const [search, setSearch] = useState('');
  if (products.length === 0)
    return (
      <Message heading="No products yet">
        <p>Create one, then drop its photos on it.</p>
        <a class="button" href="/desk/new" data-page>
          Create the first product
        </a>
      </Message>
    );
  const word = search.trim().toLowerCase();
  const found = word === '' ? products : products.filter(({ title }) => title.toLowerCase().includes(word));
  return (
    <>
      <label class="desk-search">
        <span class="visually-hidden">Find a product</span>
        <SearchIcon />
        <input
          class="field__input"
          type="search"
          placeholder={`Find one of ${products.length}`}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      </label>
      <Rows products={found} canMove={word === ''} />
      {found.length === 0 && <p class="desk-empty">No title has “{search.trim()}” in it.</p>}
    </>
  );
}

interface RowsProps {
  readonly products: readonly Product[];
  /** Not while only some are shown: a place among those says nothing. */
  readonly canMove: boolean;
}

function Rows({ products, canMove }: RowsProps): JSX.Element {
  const desk = useDesk();
  const [refusal, setRefusal] = useState<Refusal | undefined>();
  const byId = new Map(products.map((product) => [product.id, product]));
  const sortable = useSortable({
    ids: products.map(({ id }) => id),
    isGrid: false,
    nameOf: (id) => byId.get(id)?.title ?? '',
    onMoved: async (ids, id) => {
      const answer = await desk.products.place(ids, id);
      setRefusal(answer.ok ? undefined : answer.refusal);
    },
  });
  return (
    <>
      <Problem refusal={refusal} />
      <ul class="product-rows" ref={sortable.listRef}>
        {sortable.ids.map((id, at) => {
          const product = byId.get(id);
          return (
            product && (
              <Row
                key={id}
                product={product}
                isDragged={sortable.draggedId === id}
                handle={canMove ? sortable.handle(id) : undefined}
                placeWords={`place ${at + 1} of ${products.length}`}
              />
            )
          );
        })}
      </ul>
    </>
  );
}

interface RowProps {
  readonly product: Product;
  readonly isDragged: boolean;
  readonly handle: ReturnType<ReturnType<typeof useSortable>['handle']> | undefined;
  readonly placeWords: string;
}

function Row({ product, isDragged, handle, placeWords }: RowProps): JSX.Element {
  const { id, title, images, priceCents, currency } = product;
  const { addPhotos } = useDesk();
  const drop = useDropPhotos((files) => addPhotos(id, files));
  const state = `${isDragged ? ' product-row--dragged' : ''}${drop.isOver ? ' product-row--target' : ''}`;
  return (
    <li class={`product-row${state}`} data-sort-id={id} {...drop.handlers}>
      {handle && (
        <button
          type="button"
          class="icon-button grip"
          aria-label={`Move ${title}, ${placeWords}: arrow keys`}
          {...handle}
        >
          <GripIcon />
        </button>
      )}
      <Thumb image={images[0]} width={160} />
      <div class="product-row__words">
        <a class="product-row__title" href={deskProductPath(id)} data-page dir="auto">
          {title}
        </a>
        <span class="hint">
          {formatPrice(priceCents, currency)} · {photoCount(images.length)}
        </span>
      </div>
      <RowUploads productId={id} />
    </li>
  );
}

function RowUploads({ productId }: { readonly productId: string }): JSX.Element | null {
  const { uploads } = useDesk();
  const items = useStore(uploads.list).filter((item) => item.productId === productId);
  const failed = items.filter(({ kind }) => kind === 'failed').length;
  const open = items.filter(({ kind }) => kind !== 'failed' && kind !== 'ready').length;
  if (failed + open === 0) return null;
  return (
    <span class={failed > 0 ? 'badge badge--bad' : 'badge'}>
      {failed > 0 ? `${failed} failed` : `${open} on the way`}
    </span>
  );
}
