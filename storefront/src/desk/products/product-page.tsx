/** One product: its photos, its words, its end. Photos can be dropped anywhere here, pasted, or picked. */
import type { JSX, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Product } from '../../../../shared/api-types/catalog.ts';
import { announce } from '../../announce.ts';
import type { Refusal } from '../../answers/answer.ts';
import { Message } from '../../parts/messages.tsx';
import { useStore } from '../../store.ts';
import { useDesk } from '../desk-context.ts';
import { ImageBoard } from '../images/image-board.tsx';
import { useSpread } from '../images/use-spread.ts';
import { PhotoIcon } from '../parts/desk-icons.tsx';
import { Failed } from '../parts/notice.tsx';
import { shortType } from '../uploads/upload-item.ts';
import { UploadList } from '../uploads/upload-list.tsx';
import { useDropPhotos } from '../uploads/use-drop-photos.ts';
import { DeleteProduct } from './delete-product.tsx';
import { formOf } from './product-fields.ts';
import { ProductForm } from './product-form.tsx';

export function ProductPage({ id }: { readonly id: string }): JSX.Element {
  const { products, drafts } = useDesk();
  const state = useStore(products.state);
  const [refusal, setRefusal] = useState<Refusal | undefined>();
  const awayRef = useRef<HTMLAnchorElement>(null);
  const isListed = state.kind === 'ready';
  const load = async () => {
    setRefusal(undefined);
    const answer = await products.refresh(id);
    if (!answer.ok) setRefusal(answer.refusal);
  };
  const product = state.kind === 'ready' ? state.products.find((each) => each.id === id) : undefined;
  const isShown = product !== undefined;
  // Anew when it goes: somebody may have deleted it at another desk.
  useEffect(() => {
    if (isListed) void load();
  }, [id, isListed, isShown]);
  const isGone = !isShown && refusal?.code === 'product_unknown';
  useEffect(() => {
    if (isGone) drafts.drop(id);
  }, [drafts, id, isGone]);
  if (state.kind === 'failed') return <Failed refusal={state.refusal} onRetry={() => void products.load()} />;
  if (product !== undefined) return <ProductView key={id} product={product} />;
  if (isGone)
    return (
      <>
        <Message heading="There is no such product">
          <p>It may have been deleted.</p>
          <a ref={awayRef} class="button" href="/desk" data-page>
            To the products
          </a>
        </Message>
        {/* Photos that were on their way to it can be taken out of the list nowhere else. */}
        <UploadList productId={id} onEmptied={() => awayRef.current?.focus()} />
      </>
    );
  if (refusal !== undefined) return <Failed refusal={refusal} onRetry={() => void load()} />;
  return <div class="desk-wait" aria-busy="true" />;
}

function ProductView({ product }: { readonly product: Product }): JSX.Element {
  const { addPhotos, products } = useDesk();
  const { id, title } = product;
  const pickRef = useRef<HTMLButtonElement>(null);
  const drop = useDropPhotos((files) => addPhotos(id, files));
  usePastedPhotos((files) => addPhotos(id, files));
  useSpread(product);
  return (
    <div class="product-desk" {...drop.handlers}>
      <a class="desk-back" href="/desk" data-page>
        All products
      </a>
      <h1 dir="auto">{title}</h1>
      <div class="product-desk__columns">
        <section class="product-desk__photos" aria-labelledby="photos-heading">
          <h2 id="photos-heading">Photos</h2>
          <PickPhotos productId={id} buttonRef={pickRef} />
          <UploadList productId={id} onEmptied={() => pickRef.current?.focus()} />
          <ImageBoard product={product} />
        </section>
        <section class="product-desk__words" aria-labelledby="words-heading">
          <h2 id="words-heading">Details</h2>
          <ProductForm
            product={id}
            fields={formOf(product)}
            submitWords="Save"
            onSubmit={(body) => products.change(id, body)}
            onDone={() => announce('Saved')}
          />
          <DeleteProduct product={product} />
        </section>
      </div>
      {drop.isOver && (
        <div class="drop-veil" aria-hidden="true">
          <p>
            <PhotoIcon /> Drop photos for {title}
          </p>
        </div>
      )}
    </div>
  );
}

interface PickPhotosProps {
  readonly productId: string;
  readonly buttonRef: RefObject<HTMLButtonElement | null>;
}

function PickPhotos({ productId, buttonRef }: PickPhotosProps): JSX.Element {
  const { addPhotos, session } = useDesk();
  const state = useStore(session.state);
  const inputRef = useRef<HTMLInputElement>(null);
  const limits = state.kind === 'in' ? state.limits.photo : undefined;
  return (
    <div class="pick">
      <input
        ref={inputRef}
        class="visually-hidden"
        type="file"
        multiple
        tabIndex={-1}
        aria-label="Photos to add"
        accept={limits?.types.join(',')}
        onChange={(event) => {
          addPhotos(productId, [...(event.currentTarget.files ?? [])]);
          // The same file can be picked again.
          event.currentTarget.value = '';
        }}
      />
      <button ref={buttonRef} type="button" class="button" onClick={() => inputRef.current?.click()}>
        <PhotoIcon /> Add photos
      </button>
      <p class="hint">
        Or drop them anywhere here, or paste.
        {limits &&
          ` ${limits.types.map(shortType).join(', ')}, up to ${limits.maxBytes / 1_048_576} MiB each.`}
      </p>
    </div>
  );
}

function usePastedPhotos(onFiles: (files: readonly File[]) => void): void {
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      latest.current(files);
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, []);
}
