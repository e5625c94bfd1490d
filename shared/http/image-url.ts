/** Where one rendition lies, at any node of the fleet. Named URLs never change their bytes. */

/** File extension of a rendition's name. */
export type ImageFormat = 'avif' | 'webp' | 'jpg' | 'jpeg';

export interface RenditionChoice {
  /** A rung of the image's ladder, in pixels. */
  readonly width: number;
  readonly format: ImageFormat;
}

/**
 * `imageUrl('http://edge:8081', id, { width: 640, format: 'avif' })` is `http://edge:8081/images/<id>/640.avif`.
 * `base` is a node's base URL, with or without a trailing slash; the empty string means the page's own host.
 */
export function imageUrl(base: string, id: string, { width, format }: RenditionChoice): string {
  return `${trimSlashes(base)}/images/${encodeURIComponent(id)}/${width}.${format}`;
}

function trimSlashes(base: string): string {
  let end = base.length;
  while (end > 0 && base[end - 1] === '/') end -= 1;
  return base.slice(0, end);
}
