/**
 * One image of a product in a box of fixed aspect. The placeholder stays until the image is decoded; whatever fails
 * on the way, nothing broken is seen and nothing moves.
 */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type BoxWidth, type Fit, sizesInBox } from '../../../shared/http/box-sizes.ts';
import { pictureSources } from '../../../shared/http/picture-sources.ts';
import type { ShopImage } from '../catalog/shop-product.ts';
import { whenFirstMeasured } from './in-view-at-first.ts';
import { type Drawing, drawingsOf, wantsJpegOnly } from './photo-state.ts';
import { makePlaceholderPicture, placeholderColour, placeholderPicture } from './placeholder.ts';
import { type PhotoHandle, usePhotoState } from './use-photo-state.ts';
import { useStallTimer } from './use-stall-timer.ts';

export interface PhotoProps {
  readonly image: ShopImage;
  readonly alt: string;
  readonly fit: Fit;
  /** Width over height of the box; the style sheet gives the box the same. */
  readonly boxAspect: number;
  readonly boxes: readonly BoxWidth[];
}

export function Photo({ image, alt, fit, boxAspect, boxes }: PhotoProps): JSX.Element {
  const sizes = sizesInBox(boxes, fit, boxAspect, image.width / image.height);
  const photo = usePhotoState(image.id, alt, sizes);
  const { state } = photo;
  const boxRef = useRef<HTMLDivElement>(null);
  const isTakenOver = state.kind === 'loading' && state.stoodInPage;
  const urgent = useInViewAtFirst(boxRef, isTakenOver);
  const picture = usePlaceholder(image.placeholder, state.kind === 'shown');
  const drawings = urgent === undefined ? [] : drawingsOf(state);
  const source = state.kind === 'loading' || state.kind === 'shown' ? state.source : undefined;
  const background = {
    backgroundColor: placeholderColour(image.placeholder) ?? '',
    backgroundImage: picture === undefined ? '' : `url("${picture}")`,
  };

  return (
    <div
      ref={boxRef}
      class={`photo photo--${fit}`}
      style={background}
      data-image-id={image.id}
      data-state={state.kind}
      data-source={source?.name}
    >
      {drawings.map((drawing) => (
        <DrawnImage
          key={drawing.attempt}
          drawing={drawing}
          image={image}
          alt={alt}
          urgent={urgent === true}
          photo={photo}
        />
      ))}
      {drawings.length === 0 && <span class="photo__image" role="img" aria-label={alt || undefined} />}
      <span class="photo__source" aria-hidden="true">
        {state.kind === 'shown' ? state.source.name : ''}
      </span>
    </div>
  );
}

interface DrawnImageProps {
  readonly drawing: Drawing;
  readonly image: ShopImage;
  readonly alt: string;
  readonly urgent: boolean;
  readonly photo: PhotoHandle;
}

/** One `<picture>`, seen from when it is decoded until another takes its place. */
function DrawnImage({ drawing, image, alt, urgent, photo }: DrawnImageProps): JSX.Element | null {
  const { state, imgRef, loaded, fail } = photo;
  const isCurrent = 'source' in state && state.attempt === drawing.attempt;
  useStallTimer(isCurrent ? state : undefined, imgRef, fail);
  const isSeen = !isCurrent || state.kind === 'shown' || drawing.stoodInPage;
  // A page that appears needs no fade: it would only be seen later.
  const fades = state.kind === 'shown' && !state.isReplacement && !urgent;
  const sources = pictureSources(drawing.source.url, image, { jpegOnly: wantsJpegOnly(drawing) });
  if (sources === undefined) return null;
  return (
    <picture>
      {sources.sources.map(({ type, srcset }) => (
        <source key={type} type={type} sizes={drawing.sizes} srcset={srcset} />
      ))}
      <img
        ref={isCurrent ? imgRef : null}
        class={`photo__image${isSeen ? ' photo__image--seen' : ''}${fades ? ' photo__image--fades' : ''}`}
        alt={alt}
        width={image.width}
        height={image.height}
        decoding="async"
        loading={urgent ? 'eager' : 'lazy'}
        fetchpriority={urgent ? 'high' : 'auto'}
        sizes={drawing.sizes}
        onLoad={isCurrent ? (event) => loaded(event.currentTarget) : undefined}
        onError={isCurrent ? () => fail('if-others-give') : undefined}
        srcset={sources.srcset}
        src={sources.src}
      />
    </picture>
  );
}

/** Known before the image is asked for: what is in view then may not be lazy. Undefined before. */
function useInViewAtFirst(
  boxRef: { readonly current: HTMLElement | null },
  isTakenOver: boolean,
): boolean | undefined {
  const [inView, setInView] = useState<boolean | undefined>(isTakenOver || undefined);
  useLayoutEffect(() => {
    if (!isTakenOver && boxRef.current !== null) return whenFirstMeasured(boxRef.current, setInView);
  }, [boxRef]);
  return inView;
}

/** @param isCovered by the image itself: then nobody would see it being drawn */
function usePlaceholder(hash: string, isCovered: boolean): string | undefined {
  const [picture, setPicture] = useState(() => placeholderPicture(hash));
  useEffect(() => {
    const made = placeholderPicture(hash);
    setPicture(made);
    if (made === undefined && !isCovered) return makePlaceholderPicture(hash, setPicture);
  }, [hash, isCovered]);
  return picture;
}
