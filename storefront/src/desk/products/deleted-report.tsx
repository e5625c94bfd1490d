/** What became of the product that was just deleted. It is read once: on the next page it is gone. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { useStore } from '../../store.ts';
import { useDesk } from '../desk-context.ts';
import { PurgeReport } from '../purge/purge-report.tsx';
import { photoCount } from './photo-count.ts';

export function DeletedReport(): JSX.Element | null {
  const { products } = useDesk();
  const deleted = useStore(products.deleted);
  useEffect(() => () => products.deleted.set(undefined), [products]);
  if (deleted === undefined) return null;
  const { title, photoCount: count, purge } = deleted;
  const wait = count === 1 ? 'photo waits' : `${photoCount(count)} wait`;
  const words = purge === undefined && count > 0 ? `; its ${wait} among the unused` : '';
  return (
    <div class="deleted">
      <p role="status">
        <b dir="auto">{title}</b> is deleted{words}.
      </p>
      {purge && count > 0 && <PurgeReport answer={purge} />}
    </div>
  );
}
