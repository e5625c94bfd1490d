/** Photos of one product: a stage, and a thumbnail for each. Arrow keys, buttons and swipes turn the page. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { announce } from '../announce.ts';
import type { ShopImage } from '../catalog/shop-product.ts';
import { Photo } from '../images/photo.tsx';
import { BackIcon, NextIcon } from './icons.tsx';
import { STAGE_BOXES, THUMB_BOXES } from './layout-boxes.ts';

/** The stage takes the first photo's shape within these bounds, and keeps it: the page must not jump. */
const STAGE_ASPECT_MIN = 4 / 5;
const STAGE_ASPECT_MAX = 3 / 2;
const SWIPE_PX = 40;

export interface GalleryProps {
  readonly title: string;
  readonly images: readonly ShopImage[];
}

export function Gallery({ title, images }: GalleryProps): JSX.Element {
  const [index, setIndex] = useState(0);
  const swipeFrom = useRef<number | undefined>(undefined);
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
  const aspect = Math.min(STAGE_ASPECT_MAX, Math.max(STAGE_ASPECT_MIN, first.width / first.height));
  const altOf = (each: ShopImage) => each.alt || title;
  const turn = (step: number) => {
    const next = (index + step + images.length) % images.length;
    setIndex(next);
    announce(`Photo ${next + 1} of ${images.length}`);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (images.length > 1 && event.key === 'ArrowLeft') turn(-1);
    if (images.length > 1 && event.key === 'ArrowRight') turn(1);
  };
  const onPointerUp = (event: PointerEvent) => {
    const movedPx = event.clientX - (swipeFrom.current ?? event.clientX);
    swipeFrom.current = undefined;
    if (images.length > 1 && Math.abs(movedPx) > SWIPE_PX) turn(movedPx < 0 ? 1 : -1);
  };

  return (
    <section class="gallery" aria-label="Photos" onKeyDown={onKeyDown}>
      <div
        class="gallery__stage"
        style={{ aspectRatio: String(aspect) }}
        onPointerDown={(event) => {
          if (event.pointerType !== 'mouse') swipeFrom.current = event.clientX;
        }}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          swipeFrom.current = undefined;
        }}
      >
        <Photo
          key={image.id}
          image={image}
          alt={altOf(image)}
          fit="contain"
          boxAspect={aspect}
          boxes={STAGE_BOXES}
        />
        {images.length > 1 && (
          <>
            <button
              type="button"
              class="gallery__turn gallery__turn--back"
              aria-label="Previous photo"
              onClick={() => turn(-1)}
            >
              <BackIcon />
            </button>
            <button
              type="button"
              class="gallery__turn gallery__turn--next"
              aria-label="Next photo"
              onClick={() => turn(1)}
            >
              <NextIcon />
            </button>
          </>
        )}
      </div>
      {images.length > 1 && (
        <ul class="gallery__thumbs">
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
