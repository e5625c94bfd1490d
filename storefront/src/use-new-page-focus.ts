/** Where the focus is on a new page, of the shop and of the desk. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Visit } from './navigation.ts';

/**
 * A new page begins at its heading for those who do not see it change. Before it is painted: later the focus would be
 * taken from who is in a field already.
 * @returns for the page's `<main tabindex="-1">`
 */
export function useNewPageFocus(visit: Visit): RefObject<HTMLElement | null> {
  const mainRef = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (visit.number > 0) mainRef.current?.focus({ preventScroll: true });
  }, [visit]);
  return mainRef;
}
