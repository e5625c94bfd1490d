/** Moves between pages without loading them anew, and brings the shopper back to where they were. */
import { createStore } from './store.ts';

export interface Visit {
  readonly path: string;
  /** Differs for each visit of a page, of the same address too. */
  readonly number: number;
}

export const currentVisit = createStore<Visit>({ path: location.pathname, number: 0 });

let isFresh = false;

export function startNavigation(): void {
  history.scrollRestoration = 'manual';
  document.addEventListener('click', followLink);
  window.addEventListener('popstate', visit);
  // Saved while the page stands still: at popstate the entry that is left can no longer be written.
  window.addEventListener('scrollend', saveScroll, { passive: true });
  window.addEventListener('pagehide', saveScroll);
}

export function navigate(path: string): void {
  saveScroll();
  history.pushState(null, '', path);
  isFresh = true;
  visit();
}

/**
 * To be called when a page stands: at the top for a new one, where it was for one seen before. The first page of all
 * stands where the browser has it, and to scroll would force a layout (48 ms on a slow phone).
 */
export function restoreScroll(): void {
  const saved = (history.state as { scrollTop?: number } | null)?.scrollTop;
  const isFirst = currentVisit.get().number === 0;
  if (!isFirst || saved !== undefined)
    window.scrollTo({ top: isFresh ? 0 : (saved ?? 0), behavior: 'instant' });
  isFresh = false;
}

function visit(): void {
  currentVisit.set({ path: location.pathname, number: currentVisit.get().number + 1 });
}

function saveScroll(): void {
  const state = history.state as Record<string, unknown> | null;
  history.replaceState({ ...state, scrollTop: window.scrollY }, '');
}

function followLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target !== '' || !link.hasAttribute('data-page')) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}
