/** The large photo of a gallery: turned by swipes and buttons, zoomed by pinch, click and keys. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { STAGE_BOXES, stageAspect } from '../../../shared/http/shop-boxes.ts';
import type { ShopImage } from '../catalog/shop-product.ts';
import { Photo } from '../images/photo.tsx';
import { BackIcon, MinusIcon, NextIcon, PlusIcon } from './icons.tsx';
import { useZoom } from './use-zoom.ts';
import { ZOOM_STEP } from './zoom.ts';

/** Zoomed, the same photo is wanted wider. */
const ZOOMED_BOXES = STAGE_BOXES.map((box) => ({ ...box, width: `calc(${box.width} * ${ZOOM_STEP})` }));

export interface GalleryStageProps {
  readonly first: ShopImage;
  readonly image: ShopImage;
  readonly alt: string;
  /** undefined: there is only one. */
  readonly onTurn: ((step: 1 | -1) => void) | undefined;
}

export function GalleryStage({ first, image, alt, onTurn }: GalleryStageProps): JSX.Element {
  const stageRef = useRef<HTMLDivElement>(null);
  const { zoom, toggle, onKey, pointer } = useZoom(stageRef, image.id, (step) => onTurn?.(step));
  const aspect = stageAspect(first);
  const isZoomed = zoom.scale > 1;
  const onKeyDown = (event: KeyboardEvent) => {
    if (!onKey(event.key)) return;
    event.preventDefault();
    // Else the gallery would turn the page.
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons in it take the focus; keys are theirs
    <div
      ref={stageRef}
      class={`gallery__stage${isZoomed ? ' gallery__stage--zoomed' : ''}`}
      style={{ aspectRatio: String(aspect) }}
      onKeyDown={onKeyDown}
      {...pointer}
    >
      <div
        class="gallery__zoom"
        style={{ transform: isZoomed ? `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})` : '' }}
      >
        <Photo
          key={image.id}
          image={image}
          alt={alt}
          fit="contain"
          boxAspect={aspect}
          boxes={isZoomed ? ZOOMED_BOXES : STAGE_BOXES}
        />
      </div>
      <button
        type="button"
        class="gallery__turn gallery__turn--zoom"
        aria-label="Zoom"
        aria-pressed={isZoomed}
        onClick={toggle}
      >
        {isZoomed ? <MinusIcon /> : <PlusIcon />}
      </button>
      {onTurn !== undefined && (
        <>
          <button
            type="button"
            class="gallery__turn gallery__turn--back"
            aria-label="Previous photo"
            onClick={() => onTurn(-1)}
          >
            <BackIcon />
          </button>
          <button
            type="button"
            class="gallery__turn gallery__turn--next"
            aria-label="Next photo"
            onClick={() => onTurn(1)}
          >
            <NextIcon />
          </button>
        </>
      )}
    </div>
  );
}
