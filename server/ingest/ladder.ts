/** Which renditions an image gets. Widths and formats are part of every URL: they change with care. */
import type { RenditionType } from '../../shared/api-types/catalog.ts';

export const LADDER_WIDTHS = [160, 320, 640, 1280, 2048] as const;

export interface LadderFormat {
  readonly extension: 'avif' | 'webp' | 'jpg';
  readonly type: RenditionType;
}

/** The order is that of preference: smallest first at equal looks. */
export const LADDER_FORMATS: readonly LadderFormat[] = [
  { extension: 'avif', type: 'image/avif' },
  { extension: 'webp', type: 'image/webp' },
  { extension: 'jpg', type: 'image/jpeg' },
];

export interface Rung {
  readonly width: number;
  readonly height: number;
}

/** Rising widths, never larger than the source; a source narrower than all has one rung of its own width. */
export function ladderRungs(sourceWidth: number, sourceHeight: number): readonly Rung[] {
  const widths = LADDER_WIDTHS.filter((width) => width <= sourceWidth);
  return (widths.length > 0 ? widths : [sourceWidth]).map((width) => ({
    width,
    height: Math.max(1, Math.round((sourceHeight * width) / sourceWidth)),
  }));
}
