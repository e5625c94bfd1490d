/** Moves between pages without loading them anew, and brings the shopper back to where they were. */
import { createStore } from './store.ts';

export interface Visit {
  readonly path: string;
  /** Differs for each visit of a page, of the same address too. */
  readonly number: number;
}

export const currentVisit = createStore<Visit>({ path: location.pathname, number: 0 });

/** What stands in a history entry, for when the shopper comes back to it. */
interface EntryState {
  readonly scrollTop?: number | undefined;
  /** How far a long list was unfolded. */
  readonly productsShown?: number | undefined;
}

let isFresh = false;
let standing = addressNow();

export function startNavigation(): void {
  history.scrollRestoration = 'manual';
  document.addEventListener('click', followLink);
  window.addEventListener('popstate', followHistory);
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

/** The page that stands shows something else, which has an address of its own. */
export function moveTo(path: string): void {
  history.replaceState({ ...entryState(), productsShown: undefined }, '', path);
  standing = addressNow();
}

/** Of the entry that the shopper is at; undefined: nothing was saved. */
export function productsShown(): number | undefined {
  return entryState().productsShown;
}

export function saveProductsShown(count: number): void {
  saveInEntry({ productsShown: count });
}

/**
 * To be called when a page stands: at the top for a new one, where it was for one seen before. The first page of all
 * stands where the browser has it, and to scroll would force a layout (48 ms on a slow phone).
 */
export function restoreScroll(): void {
  const saved = entryState().scrollTop;
  const isFirst = currentVisit.get().number === 0;
  if (!isFirst || saved !== undefined)
    window.scrollTo({ top: isFresh ? 0 : (saved ?? 0), behavior: 'instant' });
  isFresh = false;
}

/** A place on the page that stands (the skip link's) is an entry of the history too, and no visit. */
function followHistory(): void {
  const now = addressNow();
  const isPlaceOnPage = now.path === standing.path && now.hash !== standing.hash;
  if (!isPlaceOnPage) visit();
  standing = now;
}

function visit(): void {
  standing = addressNow();
  currentVisit.set({ path: location.pathname, number: currentVisit.get().number + 1 });
}

function addressNow(): { readonly path: string; readonly hash: string } {
  return { path: location.pathname + location.search, hash: location.hash };
}

function saveScroll(): void {
  saveInEntry({ scrollTop: window.scrollY });
}

function saveInEntry(more: EntryState): void {
  history.replaceState({ ...entryState(), ...more }, '');
}

function entryState(): EntryState {
  return (history.state as EntryState | null) ?? {};
}

function followLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target !== '' || !link.hasAttribute('data-page')) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}
