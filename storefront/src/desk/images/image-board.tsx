/** A product's photos in the order of the shop. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Image, Product } from '../../../../shared/api-types/catalog.ts';
import type { Refusal } from '../../answers/answer.ts';
import { useStore } from '../../store.ts';
import { useDesk } from '../desk-context.ts';
import { useSortable } from '../order/use-sortable.ts';
import { CheckIcon, GripIcon } from '../parts/desk-icons.tsx';
import { Problem } from '../parts/notice.tsx';
import { Thumb } from '../parts/thumb.tsx';
import { ImageDialog } from './image-dialog.tsx';
import { spreadWords } from './spread-words.ts';

export function ImageBoard({ product }: { readonly product: Product }): JSX.Element {
  const { products, uploads } = useDesk();
  const [refusal, setRefusal] = useState<Refusal | undefined>();
  /** Kept when it is purged: then there is a report to read. */
  const [open, setOpen] = useState<Image | undefined>();
  const { id, images } = product;
  const byId = new Map<string, Image>(images.map((image) => [image.id, image]));
  const nameOf = (imageId: string) => `Photo ${images.findIndex((image) => image.id === imageId) + 1}`;
  const sortable = useSortable({
    ids: images.map((image) => image.id),
    isGrid: true,
    nameOf,
    onMoved: async (ids) => {
      uploads.placed(id);
      const answer = await products.orderImages(id, ids);
      setRefusal(answer.ok ? undefined : answer.refusal);
    },
  });
  return (
    <>
      <Problem refusal={refusal} />
      {images.length === 0 && <p class="desk-empty">No photos yet.</p>}
      <ul class="board" ref={sortable.listRef}>
        {sortable.ids.map((imageId, at) => {
          const image = byId.get(imageId);
          return (
            image && (
              <Tile
                key={imageId}
                image={image}
                isDragged={sortable.draggedId === imageId}
                handle={sortable.handle(imageId)}
                words={`Photo ${at + 1} of ${images.length}`}
                onOpen={() => setOpen(image)}
              />
            )
          );
        })}
      </ul>
      {open && <ImageDialog image={byId.get(open.id) ?? open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

interface TileProps {
  readonly image: Image;
  readonly isDragged: boolean;
  readonly handle: ReturnType<ReturnType<typeof useSortable>['handle']>;
  readonly words: string;
  readonly onOpen: () => void;
}

function Tile({ image, isDragged, handle, words, onOpen }: TileProps): JSX.Element {
  const edges = useStore(useDesk().products.facts).get(image.id)?.edges;
  const isEverywhere = edges !== undefined && edges.of > 0 && edges.holding >= edges.of;
  return (
    <li class={isDragged ? 'tile tile--dragged' : 'tile'} data-sort-id={image.id} data-image-id={image.id}>
      <button
        type="button"
        class="tile__open"
        aria-label={`${words}: ${image.alt || 'no words yet'}`}
        onClick={onOpen}
      >
        <Thumb image={image} width={320} />
      </button>
      <div class="tile__foot">
        <span class={isEverywhere ? 'tile__edges tile__edges--all' : 'tile__edges'}>
          {isEverywhere && <CheckIcon />}
          {edges === undefined ? '…' : spreadWords(edges)}
        </span>
        <button type="button" class="icon-button grip" aria-label={`Move ${words}: arrow keys`} {...handle}>
          <GripIcon />
        </button>
      </div>
      {image.alt === '' && <span class="tile__hint">no words yet</span>}
    </li>
  );
}
