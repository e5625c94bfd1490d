/** Photos of one product: a stage, and a thumbnail for each. Arrow keys, buttons and swipes turn the page. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { THUMB_BOXES } from '../../../shared/http/shop-boxes.ts';
import { announce } from '../announce.ts';
import type { ShopImage } from '../catalog/shop-product.ts';
import { Photo } from '../images/photo.tsx';
import { GalleryStage } from './gallery-stage.tsx';

export interface GalleryProps {
  readonly title: string;
  readonly images: readonly ShopImage[];
}

export function Gallery({ title, images }: GalleryProps): JSX.Element {
  const [index, setIndex] = useState(0);
  const thumbsRef = useRef<HTMLUListElement>(null);
  const indexBefore = useRef(index);
  useEffect(() => {
    if (index !== indexBefore.current) bringIntoSight(thumbsRef.current, index);
    indexBefore.current = index;
  }, [index]);
  const first = images[0];
  const image = images[index] ?? first;
  if (first === undefined || image === undefined) {
    return (
      <div class="gallery">
        <div class="gallery__stage">
          <div class="photo photo--none">No photo yet</div>
        </div>
      </div>
    );
  }
  const altOf = (each: ShopImage) => each.alt || title;
  const turn = (step: 1 | -1) => {
    const next = (index + step + images.length) % images.length;
    setIndex(next);
    announce(`Photo ${next + 1} of ${images.length}`);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (images.length > 1 && event.key === 'ArrowLeft') turn(-1);
    if (images.length > 1 && event.key === 'ArrowRight') turn(1);
  };

  return (
    <section class="gallery" aria-label="Photos" onKeyDown={onKeyDown}>
      <GalleryStage
        first={first}
        image={image}
        alt={altOf(image)}
        onTurn={images.length > 1 ? turn : undefined}
      />
      {images.length > 1 && (
        <ul class="gallery__thumbs" ref={thumbsRef}>
          {images.map((each, at) => (
            <li key={each.id}>
              <button
                type="button"
                class="gallery__thumb"
                aria-current={at === index ? 'true' : undefined}
                aria-label={`Photo ${at + 1} of ${images.length}`}
                onClick={() => setIndex(at)}
              >
                <Photo image={each} alt="" fit="cover" boxAspect={1} boxes={THUMB_BOXES} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The strip of thumbnails scrolls, and the page, as `scrollIntoView` would have it, does not. */
function bringIntoSight(strip: HTMLElement | null, index: number): void {
  const seen = strip?.getBoundingClientRect();
  const thumb = strip?.children[index]?.getBoundingClientRect();
  if (seen === undefined || thumb === undefined || (thumb.left >= seen.left && thumb.right <= seen.right))
    return;
  strip?.scrollBy({ left: (thumb.left + thumb.right - seen.left - seen.right) / 2 });
}
