/** A rendition's name (`640.avif`) taken apart. */
import type { ImageFormat, RenditionChoice } from './image-url.ts';

const NAME = /^([1-9][0-9]{0,4})\.(avif|webp|jpg|jpeg)$/;

/** Answers `undefined` for any other form of name: nothing else may become part of an image's URL. */
export function parseRenditionName(name: string): RenditionChoice | undefined {
  const match = NAME.exec(name);
  if (match === null) return undefined;
  return { width: Number(match[1]), format: match[2] as ImageFormat };
}
