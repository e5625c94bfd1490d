/** Widths of the boxes that photos stand in, for `sizes`. They repeat styles/grid.css and styles/product.css. */
import type { BoxWidth } from './box-sizes.ts';

interface Shape {
  readonly width: number;
  readonly height: number;
}

/**
 * Of large photos on phones, whose pixels are smaller than what an eye tells apart. The next rung has twice as many
 * each way and three times the bytes (28 and 84 kB): 0.3 s of a slow link for what nobody sees.
 */
const ENOUGH_ON_PHONES = 0.75;

export const CARD_ASPECT = 1;
export const CARD_BOXES: readonly BoxWidth[] = [
  { when: '(min-width: 1416px)', width: '312px' },
  { when: '(min-width: 1040px)', width: 'calc((100vw - 168px) / 4)' },
  { when: '(min-width: 700px)', width: 'calc((100vw - 104px) / 3)' },
  { width: 'calc((100vw - 44px) / 2)' },
];

/** The first card of the grid: two columns by two rows on wide pages, the whole width on phones. */
export const FEATURE_ASPECT = 0.9;
const FEATURE_PHONE_ASPECT = 0.95;
/** Of a landscape photo: in an upright box it would be cropped by a third, and be a rung larger for that. */
const FEATURE_PHONE_WIDE_ASPECT = 1.25;

/** Whether the style sheet has to give it the wide box. */
export function isWideFeature({ width, height }: Shape): boolean {
  return width / height >= FEATURE_PHONE_WIDE_ASPECT;
}

export function featureBoxes(image: Shape): readonly BoxWidth[] {
  const aspect = isWideFeature(image) ? FEATURE_PHONE_WIDE_ASPECT : FEATURE_PHONE_ASPECT;
  return [
    { when: '(min-width: 1416px)', width: '648px' },
    { when: '(min-width: 1040px)', width: 'calc((100vw - 120px) / 2)' },
    { when: '(min-width: 700px)', width: 'calc((100vw - 68px) / 1.5)' },
    { width: 'calc(100vw - 32px)', aspect, enough: ENOUGH_ON_PHONES },
  ];
}

export const STAGE_BOXES: readonly BoxWidth[] = [
  { when: '(min-width: 1416px)', width: '758px' },
  { when: '(min-width: 1040px)', width: 'calc((100vw - 152px) * 0.6)' },
  { when: '(min-width: 760px)', width: 'calc((100vw - 112px) * 0.6)' },
  { width: '100vw', enough: ENOUGH_ON_PHONES },
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
export function stageAspect(first: Shape): number {
  return Math.min(STAGE_ASPECT_MAX, Math.max(STAGE_ASPECT_MIN, first.width / first.height));
}
