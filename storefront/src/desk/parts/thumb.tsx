/** A small picture of a published image, from the origin itself: the desk is where fleets are looked after. */
import type { JSX } from 'preact';
import type { Image } from '../../../../shared/api-types/catalog.ts';
import { placeholderColour } from '../../images/placeholder.ts';
import { PhotoIcon } from './desk-icons.tsx';

export function Thumb({
  image,
  width,
}: {
  readonly image: Image | undefined;
  readonly width: 160 | 320;
}): JSX.Element {
  if (image === undefined)
    return (
      <span class="thumb thumb--empty">
        <PhotoIcon />
      </span>
    );
  const rungs = image.renditions
    .filter(({ type }) => type === 'image/webp')
    .sort((a, b) => a.width - b.width);
  const rung = rungs.find((rendition) => rendition.width >= width) ?? rungs.at(-1);
  return (
    <span class="thumb" style={{ backgroundColor: placeholderColour(image.placeholder) ?? '' }}>
      <img
        src={rung?.url}
        alt=""
        width={image.width}
        height={image.height}
        loading="lazy"
        decoding="async"
        draggable={false}
      />
    </span>
  );
}
