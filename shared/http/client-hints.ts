/**
 * What a browser tells of its screen and of its user's purse: client hints (RFC 8942) by their old names and their
 * new ones, and Save-Data. They only fill in what an address leaves open, and choose among the same rungs.
 */
import { parsePixelRatio, parsePixels } from './image-numbers.ts';

export interface ClientHints {
  /** Of the image on the page, in device pixels. */
  readonly widthPixels: number | undefined;
  /** Of the window, in CSS pixels. */
  readonly viewportPixels: number | undefined;
  /** Device pixels per CSS pixel. */
  readonly dpr: number | undefined;
  readonly saveData: boolean;
}

/** Fields that tell of the screen, as Vary lists them. */
export const SCREEN_HINTS = [
  'Sec-CH-Width',
  'Sec-CH-Viewport-Width',
  'Sec-CH-DPR',
  'Width',
  'Viewport-Width',
  'DPR',
] as const;

/** @param field the value of a request field by its name in lower case */
export function readClientHints(field: (name: string) => string | undefined): ClientHints {
  return {
    widthPixels: parsePixels(field('sec-ch-width') ?? field('width')),
    viewportPixels: parsePixels(field('sec-ch-viewport-width') ?? field('viewport-width')),
    dpr: parsePixelRatio(field('sec-ch-dpr') ?? field('dpr')),
    saveData: wantsToSave(field('save-data')),
  };
}

/** `on`, alone or as the first of several tokens; nothing else is defined to mean anything. */
function wantsToSave(field: string | undefined): boolean {
  return field !== undefined && /^[ \t]*on[ \t]*(?:;|$)/i.test(field);
}
