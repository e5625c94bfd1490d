/** What the page's script need not ask for: the first products, and the edges that live. */
import type { Image, Product } from '../../shared/api-types/catalog.ts';
import type { EdgeInfo, EdgeList } from '../../shared/api-types/status.ts';

/** More than what is in view at first on any screen; the rest comes with the whole list. */
const FIRST_PRODUCTS = 12;
/** A shop of long descriptions must not make its page slow: what does not fit comes with the whole list. */
const MOST_CHARACTERS = 24_000;

/** Of products what the page shows: no hashes, no magnets. */
export interface ListData {
  readonly products: readonly object[];
  /** There are no others. */
  readonly isComplete: boolean;
  readonly categories: readonly string[];
}

export function listData(products: readonly Product[], categories: readonly string[]): ListData {
  const first: object[] = [];
  let characters = 0;
  for (const product of products.slice(0, FIRST_PRODUCTS)) {
    const shown = shownOf(product);
    characters += JSON.stringify(shown).length;
    if (characters > MOST_CHARACTERS) break;
    first.push(shown);
  }
  return { products: first, isComplete: first.length === products.length, categories };
}

export function shownOf({ id, title, description, priceCents, currency, category, images }: Product): object {
  return { id, title, description, priceCents, currency, category, images: images.map(shownOfImage) };
}

/** As `/api/edges` has them, without their figures. */
export function liveEdges({ edges }: EdgeList): readonly Pick<EdgeInfo, 'name' | 'url' | 'live'>[] {
  return edges.filter(({ live }) => live).map(({ name, url, live }) => ({ name, url, live }));
}

function shownOfImage({ id, width, height, placeholder, alt, renditions }: Image): object {
  const names = renditions.map(({ name, type }) => ({ name, type }));
  return { id, width, height, placeholder, alt, renditions: names };
}
