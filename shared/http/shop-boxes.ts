/** Widths of the boxes that photos stand in, for `sizes`. They repeat styles/grid.css and styles/product.css. */
import type { BoxWidth } from './box-sizes.ts';

export const CARD_ASPECT = 1;
export const CARD_BOXES: readonly BoxWidth[] = [
  { when: '(min-width: 1416px)', width: '312px' },
  { when: '(min-width: 1040px)', width: 'calc((100vw - 168px) / 4)' },
  { when: '(min-width: 700px)', width: 'calc((100vw - 104px) / 3)' },
  { width: 'calc((100vw - 44px) / 2)' },
];

/** The first card of the grid: two columns by two rows on wide pages, the whole width on phones. */
export const FEATURE_ASPECT = 0.9;
export const FEATURE_BOXES: readonly BoxWidth[] = [
  { when: '(min-width: 1416px)', width: '648px' },
  { when: '(min-width: 1040px)', width: 'calc((100vw - 120px) / 2)' },
  { when: '(min-width: 700px)', width: 'calc((100vw - 68px) / 1.5)' },
  { width: 'calc(100vw - 32px)' },
];

export const STAGE_BOXES: readonly BoxWidth[] = [
  { when: '(min-width: 1416px)', width: '758px' },
  { when: '(min-width: 1040px)', width: 'calc((100vw - 152px) * 0.6)' },
  { when: '(min-width: 760px)', width: 'calc((100vw - 112px) * 0.6)' },
  { width: '100vw' },
];

export const THUMB_BOXES: readonly BoxWidth[] = [{ width: '72px' }];
export const BAG_BOXES: readonly BoxWidth[] = [{ width: '64px' }];

/** With fewer products a large first card would leave holes in the grid. */
const FEATURE_FROM_PRODUCTS = 5;

export function hasFeature(products: number): boolean {
  return products >= FEATURE_FROM_PRODUCTS;
}

/** The stage takes the first photo's shape within these bounds, and keeps it: the page must not jump. */
const STAGE_ASPECT_MIN = 4 / 5;
const STAGE_ASPECT_MAX = 3 / 2;

/** Width over height. */
export function stageAspect(first: { readonly width: number; readonly height: number }): number {
  return Math.min(STAGE_ASPECT_MAX, Math.max(STAGE_ASPECT_MIN, first.width / first.height));
}
