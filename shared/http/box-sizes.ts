/**
 * The `sizes` of an image in a box. A browser picks a rung by the width at which the image is drawn, and that is
 * not the width of the box when the image is cropped (cover) or has bars (contain).
 */
export interface BoxWidth {
  /** Media condition such as `(min-width: 1040px)`; left out in the last entry. */
  readonly when?: string;
  /** CSS length: `312px`, `calc((100vw - 168px) / 4)`. */
  readonly width: string;
  /** Of the box there, width over height; left out where it is that of the other entries. */
  readonly aspect?: number;
  /** Of the screen's pixels, in each direction: this share is enough for the rung to be taken. Default 1. */
  readonly enough?: number;
}

export type Fit = 'cover' | 'contain';

/** Aspects are width over height. */
export function sizesInBox(
  boxes: readonly BoxWidth[],
  fit: Fit,
  boxAspect: number,
  imageAspect: number,
): string {
  return boxes
    .map(({ when, width, aspect = boxAspect, enough = 1 }) => {
      const ratio = imageAspect / aspect;
      const scale = fit === 'cover' ? Math.max(1, ratio) : Math.min(1, ratio);
      return (when ? `${when} ` : '') + scaled(width, scale * enough);
    })
    .join(', ');
}

function scaled(width: string, scale: number): string {
  const rounded = Math.round(scale * 100) / 100;
  return rounded === 1 ? width : `calc(${width} * ${rounded})`;
}
