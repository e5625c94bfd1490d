/** The photos of one product that were added on this page: failed ones first, each with what can be done. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { announce } from '../../announce.ts';
import { useStore } from '../../store.ts';
import { useDesk } from '../desk-context.ts';
import { photoCount } from '../products/photo-count.ts';
import { failedFirst } from './upload-item.ts';
import { UploadRow } from './upload-row.tsx';

export interface UploadListProps {
  readonly productId: string;
  /** Nothing is left: what has the focus goes. */
  readonly onEmptied: () => void;
}

export function UploadList({ productId, onEmptied }: UploadListProps): JSX.Element | null {
  const { uploads } = useDesk();
  const headingRef = useRef<HTMLHeadingElement>(null);
  const items = useStore(uploads.list).filter((item) => item.productId === productId);
  const rowOf = useRows();
  if (items.length === 0) return null;
  const count = (kind: string) => items.filter((item) => item.kind === kind).length;
  const failed = count('failed');
  const ready = count('ready');
  const retry = () => {
    headingRef.current?.focus();
    uploads.retryFailed(productId);
  };
  const clear = (end: 'ready' | 'failed') => {
    uploads.clearEnded(productId, end);
    // The button goes with what it was for.
    if (count(end) === items.length) onEmptied();
    else headingRef.current?.focus();
    announce(`${photoCount(count(end))} off the list`);
  };
  return (
    <section class="uploads" aria-label="Uploads">
      <div class="uploads__head">
        <h3 ref={headingRef} tabIndex={-1}>
          {ready} of {items.length} ready{failed > 0 ? `, ${failed} failed` : ''}
        </h3>
        {items.some(({ canRetry }) => canRetry) && (
          <button type="button" class="button button--quiet" onClick={retry}>
            Retry all failed
          </button>
        )}
        {/* One has a button of its own. */}
        {failed > 1 && (
          <button type="button" class="button button--quiet" onClick={() => clear('failed')}>
            Remove all failed
          </button>
        )}
        {ready > 0 && (
          <button type="button" class="button button--quiet" onClick={() => clear('ready')}>
            Clear what is ready
          </button>
        )}
      </div>
      <ul class="uploads__list">{failedFirst(items).map(({ key }) => rowOf(key))}</ul>
    </section>
  );
}

/** The same element again is not rendered again: of hundreds of rows only those change whose photo does. */
function useRows(): (key: string) => JSX.Element {
  const rows = useRef(new Map<string, JSX.Element>());
  return (key) => {
    const row = rows.current.get(key) ?? <UploadRow key={key} itemKey={key} />;
    rows.current.set(key, row);
    return row;
  };
}
