import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Product } from '../../../../shared/api-types/catalog.ts';
import type { Refusal } from '../../answers/answer.ts';
import { navigate } from '../../navigation.ts';
import { useDesk } from '../desk-context.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/notice.tsx';
import { photoCount } from './photo-count.ts';

export function DeleteProduct({ product }: { readonly product: Product }): JSX.Element {
  const { products, drafts, uploads } = useDesk();
  const [isAsking, setAsking] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | undefined>();
  const remove = async (keepImages: boolean) => {
    if (isDeleting) return;
    setDeleting(true);
    const answer = await products.remove(product, keepImages);
    setDeleting(false);
    if (!answer.ok) return setRefusal(answer.refusal);
    drafts.drop(product.id);
    void uploads.clear(product.id);
    navigate('/desk');
  };
  return (
    <>
      <button type="button" class="button button--quiet button--warn" onClick={() => setAsking(true)}>
        Delete the product…
      </button>
      {isAsking && (
        <Dialog heading="Delete this product?" onClose={() => setAsking(false)}>
          <p dir="auto">
            {product.title}, with {photoCount(product.images.length)}.
          </p>
          <Problem refusal={refusal} />
          <div class="dialog__actions">
            {product.images.length > 0 && (
              <button type="button" class="button button--quiet" onClick={() => void remove(true)}>
                Delete, keep the photos
              </button>
            )}
            <button
              type="button"
              class="button button--danger"
              aria-disabled={isDeleting}
              onClick={() => void remove(false)}
            >
              {isDeleting
                ? 'Deleting…'
                : product.images.length > 0
                  ? 'Delete and purge the photos'
                  : 'Delete'}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
