/** How all uploads fare, on the pages that do not show them. */
import type { JSX } from 'preact';
import { useStore } from '../../store.ts';
import { useDesk } from '../desk-context.ts';
import { deskProductPath } from '../desk-route.ts';
import { isUnderWay } from './upload-item.ts';

/** @param shownProductId its uploads stand on the page already */
export function UploadDock({
  shownProductId,
}: {
  readonly shownProductId: string | undefined;
}): JSX.Element | null {
  const { uploads } = useDesk();
  const items = useStore(uploads.list).filter(({ productId }) => productId !== shownProductId);
  const open = items.filter(({ kind }) => isUnderWay(kind));
  const failed = items.filter(({ kind }) => kind === 'failed');
  const first = failed[0] ?? open[0];
  if (first === undefined) return null;
  const over = items.length - open.length;
  return (
    <aside class="dock" aria-label="All uploads">
      <a class="dock__content" href={deskProductPath(first.productId)} data-page>
        <span>
          {open.length > 0 ? `${open.length} on the way` : 'Nothing on the way'}
          {failed.length > 0 && <strong class="dock__failed">{failed.length} failed</strong>}
        </span>
        <progress max={items.length} value={over} aria-label={`${over} of ${items.length} photos are over`} />
      </a>
    </aside>
  );
}
