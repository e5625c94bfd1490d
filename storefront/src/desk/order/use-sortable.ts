/**
 * A list whose items are moved by a handle: dragged by pointer (mouse, pen, finger), or by arrow keys. The order is the
 * caller's; while somebody drags, `ids` is the order to be shown.
 */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { announce } from '../../announce.ts';
import { moved, placeByKey } from './moved.ts';

export interface SortableOptions {
  readonly ids: readonly string[];
  readonly isGrid: boolean;
  readonly nameOf: (id: string) => string;
  readonly onMoved: (ids: readonly string[], id: string) => unknown;
}

export interface Sortable {
  readonly ids: readonly string[];
  readonly draggedId: string | undefined;
  /** For the list's element. Items carry `data-sort-id`, handles `data-sort-handle`. */
  readonly listRef: RefObject<HTMLUListElement | null>;
  readonly handle: (id: string) => {
    readonly 'data-sort-handle': string;
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
}

interface Drag {
  readonly id: string;
  readonly ids: readonly string[];
  readonly idsBefore: readonly string[];
}

/** So near to an edge of the window a dragged item scrolls the page. */
const SCROLL_EDGE_PX = 72;
const SCROLL_STEP_PX = 14;

export function useSortable(options: SortableOptions): Sortable {
  const { ids, isGrid, nameOf, onMoved } = options;
  const listRef = useRef<HTMLUListElement>(null);
  const [drag, setDrag] = useState<Drag | undefined>();
  const focusAfter = useRef<string | undefined>(undefined);
  const latest = useRef(options);
  latest.current = options;

  // A node that moves in the document loses the focus.
  useLayoutEffect(() => {
    if (focusAfter.current === undefined) return;
    const handle = [...(listRef.current?.querySelectorAll<HTMLElement>('[data-sort-handle]') ?? [])].find(
      (each) => each.dataset.sortHandle === focusAfter.current,
    );
    focusAfter.current = undefined;
    handle?.focus();
  });

  useEffect(() => {
    if (drag === undefined) return;
    return followPointer(drag.id, listRef, {
      over: (id) =>
        setDrag(
          (now) => now && { ...now, ids: moved(now.ids, now.ids.indexOf(now.id), now.ids.indexOf(id)) },
        ),
      end: (isDropped) =>
        setDrag((now) => {
          // Beside what it began with: the caller's order may be another by now, which nobody here made.
          if (now && isDropped && now.ids.join() !== now.idsBefore.join())
            latest.current.onMoved(now.ids, now.id);
          return undefined;
        }),
    });
  }, [drag?.id]);

  const onKeyDown = (id: string) => (event: KeyboardEvent) => {
    const from = ids.indexOf(id);
    const to = placeByKey(event.key, from, ids.length, isGrid);
    if (to === undefined) return;
    event.preventDefault();
    const next = moved(ids, from, to);
    const place = `place ${next.indexOf(id) + 1} of ${ids.length}`;
    announce(`${nameOf(id)}: ${next === ids ? 'stays at' : 'now at'} ${place}`);
    if (next === ids) return;
    focusAfter.current = id;
    onMoved(next, id);
  };

  return {
    ids: drag?.ids ?? ids,
    draggedId: drag?.id,
    listRef,
    handle: (id) => ({
      'data-sort-handle': id,
      onPointerDown: (event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        (event.currentTarget as HTMLElement).focus();
        setDrag({ id, ids, idsBefore: ids });
      },
      onKeyDown: onKeyDown(id),
    }),
  };
}

interface DragEvents {
  readonly over: (id: string) => void;
  readonly end: (isDropped: boolean) => void;
}

function followPointer(
  id: string,
  listRef: RefObject<HTMLUListElement | null>,
  { over, end }: DragEvents,
): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const onMove = (event: PointerEvent) => {
    if (event.clientY < SCROLL_EDGE_PX) window.scrollBy(0, -SCROLL_STEP_PX);
    if (event.clientY > window.innerHeight - SCROLL_EDGE_PX) window.scrollBy(0, SCROLL_STEP_PX);
    const under = document
      .elementFromPoint(event.clientX, event.clientY)
      ?.closest<HTMLElement>('[data-sort-id]');
    const other = under?.dataset.sortId;
    if (other !== undefined && other !== id && listRef.current?.contains(under ?? null)) over(other);
  };
  window.addEventListener('pointermove', onMove, { signal });
  window.addEventListener('pointerup', () => end(true), { signal });
  window.addEventListener('pointercancel', () => end(false), { signal });
  window.addEventListener('keydown', (event) => event.key === 'Escape' && end(false), { signal });
  return () => controller.abort();
}
