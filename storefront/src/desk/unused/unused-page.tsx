/** Photos that are published and that no product has. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AdminImage } from '../../../../shared/api-types/admin.ts';
import type { Product } from '../../../../shared/api-types/catalog.ts';
import { announce } from '../../announce.ts';
import type { Refusal } from '../../answers/answer.ts';
import { Message } from '../../parts/messages.tsx';
import { useStore } from '../../store.ts';
import { bytesWords } from '../../words/bytes-words.ts';
import { useDesk } from '../desk-context.ts';
import { spreadWords } from '../images/spread-words.ts';
import { Failed, Problem } from '../parts/notice.tsx';
import { Thumb } from '../parts/thumb.tsx';
import type { PurgeAnswer } from '../products/desk-products.ts';
import { PurgeReport } from '../purge/purge-report.tsx';

export function UnusedPage(): JSX.Element {
  const { products } = useDesk();
  const [images, setImages] = useState<readonly AdminImage[] | undefined>();
  const [refusal, setRefusal] = useState<Refusal | undefined>();
  const [purged, setPurged] = useState<PurgeAnswer | undefined>();
  const headingRef = useRef<HTMLHeadingElement>(null);
  const load = async () => {
    setRefusal(undefined);
    const answer = await products.unused();
    if (answer.ok) setImages(answer.value);
    else setRefusal(answer.refusal);
  };
  useEffect(() => void load(), [products]);
  if (images === undefined && refusal) return <Failed refusal={refusal} onRetry={() => void load()} />;
  const drop = (id: string) => {
    const tile = document.activeElement?.closest<HTMLElement>('[data-image-id]');
    // What has the focus goes with it; who is elsewhere by now stays there.
    if (tile?.dataset.imageId === id) {
      const next = (tile.nextElementSibling ?? tile.previousElementSibling)?.querySelector('select');
      (next ?? headingRef.current)?.focus({ preventScroll: true });
    }
    setImages((all) => all?.filter((image) => image.id !== id));
  };
  return (
    <>
      <div class="desk-head">
        <h1 ref={headingRef} tabIndex={-1}>
          Unused photos
        </h1>
      </div>
      {purged && <PurgeReport answer={purged} />}
      {images?.length === 0 && (
        <Message heading="Every photo is in use">
          <p>Photos that are taken off a product stay published, and wait here.</p>
          <a class="button" href="/desk" data-page>
            See all products
          </a>
        </Message>
      )}
      {images !== undefined && images.length > 0 && (
        <ul class="board board--unused">
          {images.map((image) => (
            <UnusedTile
              key={image.id}
              image={image}
              onGone={(answer) => {
                drop(image.id);
                if (answer) setPurged(answer);
              }}
            />
          ))}
        </ul>
      )}
    </>
  );
}

interface UnusedTileProps {
  readonly image: AdminImage;
  readonly onGone: (purged: PurgeAnswer | undefined) => void;
}

function UnusedTile({ image, onGone }: UnusedTileProps): JSX.Element {
  const { products } = useDesk();
  const [refusal, setRefusal] = useState<Refusal | undefined>();
  const [isSure, setSure] = useState(false);
  const [isPurging, setPurging] = useState(false);
  // Purged at another desk, it is gone here too.
  const failed = (why: Refusal) => (why.code === 'image_unknown' ? onGone(undefined) : setRefusal(why));
  const bytes = image.renditions.reduce((sum, rendition) => sum + rendition.bytes, 0);
  const words = image.alt || 'a photo without words';
  const purge = async () => {
    if (isPurging) return;
    setPurging(true);
    const answer = await products.purge(image.id);
    setPurging(false);
    if (answer.ok) onGone(answer.value);
    else failed(answer.refusal);
  };
  const putOn = async ({ id, title }: Product) => {
    const answer = await products.changeImage(image.id, { product: id });
    if (answer.ok) {
      products.addImage(id, answer.value, image.sourceBytes);
      announce(`Put on ${title}`);
      onGone(undefined);
    } else failed(answer.refusal);
  };
  return (
    <li class="tile" data-image-id={image.id}>
      <Thumb image={image} width={320} />
      <p class="tile__words" dir="auto">
        {image.alt || 'No words'}
      </p>
      <p class="hint">
        {bytesWords(bytes)}, {spreadWords(image.edges)}
      </p>
      <PutOnProduct words={words} onPut={putOn} />
      <button
        type="button"
        class={isSure ? 'button button--quiet button--danger' : 'button button--quiet button--warn'}
        aria-label={`Delete ${words}${isSure ? ' for good' : '…'}`}
        aria-disabled={isPurging}
        onClick={() => (isSure || isPurging ? void purge() : setSure(true))}
        onBlur={() => setSure(false)}
      >
        {isPurging ? 'Purging…' : isSure ? 'Really, everywhere' : 'Delete…'}
      </button>
      <Problem refusal={refusal} />
    </li>
  );
}

interface PutOnProductProps {
  readonly words: string;
  readonly onPut: (product: Product) => Promise<void>;
}

/** A choice, and a button for it: with keys a list that is closed chooses what it passes. */
function PutOnProduct({ words, onPut }: PutOnProductProps): JSX.Element {
  const state = useStore(useDesk().products.state);
  const all = state.kind === 'ready' ? state.products : [];
  const [chosen, setChosen] = useState('');
  const product = all.find(({ id }) => id === chosen);
  const put = (event: Event) => {
    event.preventDefault();
    if (product) void onPut(product);
  };
  return (
    <form class="put-on" onSubmit={put}>
      <select
        class="field__input"
        aria-label={`A product for ${words}`}
        value={product?.id ?? ''}
        onChange={(event) => setChosen(event.currentTarget.value)}
      >
        <option value="" disabled>
          Put on a product…
        </option>
        {all.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
      <button
        type="submit"
        class="button button--quiet"
        aria-label={`Put ${words} on the product`}
        aria-disabled={product === undefined}
      >
        Put
      </button>
    </form>
  );
}
