/**
 * One image of a product in a box of fixed aspect. The placeholder stays until the image is decoded; whatever fails
 * on the way, nothing broken is seen and nothing moves.
 */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ShopImage } from '../catalog/shop-product.ts';
import { type BoxWidth, type Fit, sizesInBox } from './box-sizes.ts';
import { wantsJpegOnly } from './photo-state.ts';
import { pictureSources } from './picture-sources.ts';
import { makePlaceholderPicture, placeholderColour, placeholderPicture } from './placeholder.ts';
import { usePhotoState } from './use-photo-state.ts';

export interface PhotoProps {
  readonly image: ShopImage;
  readonly alt: string;
  readonly fit: Fit;
  /** Width over height of the box; the style sheet gives the box the same. */
  readonly boxAspect: number;
  readonly boxes: readonly BoxWidth[];
}

export function Photo({ image, alt, fit, boxAspect, boxes }: PhotoProps): JSX.Element {
  const { state, imgRef, loaded, failed } = usePhotoState(image.id, alt);
  const boxRef = useRef<HTMLDivElement>(null);
  const urgent = useInViewAtFirst(boxRef);
  const picture = usePlaceholder(image.placeholder);
  const source = state.kind === 'loading' || state.kind === 'shown' ? state.source : undefined;
  const sources = source && pictureSources(source.url, image, { jpegOnly: wantsJpegOnly(state) });
  const sizes = sizesInBox(boxes, fit, boxAspect, image.width / image.height);
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
      {sources !== undefined && urgent !== undefined && state.kind !== 'resting' ? (
        <picture key={(state as { attempt: number }).attempt}>
          {sources.sources.map(({ type, srcset }) => (
            <source key={type} type={type} sizes={sizes} srcset={srcset} />
          ))}
          <img
            ref={imgRef}
            class="photo__image"
            alt={alt}
            width={image.width}
            height={image.height}
            decoding="async"
            loading={urgent ? 'eager' : 'lazy'}
            fetchpriority={urgent ? 'high' : 'auto'}
            sizes={sizes}
            onLoad={(event) => loaded(event.currentTarget)}
            onError={failed}
            srcset={sources.srcset}
            src={sources.src}
          />
        </picture>
      ) : (
        <span class="photo__image" role="img" aria-label={alt} />
      )}
      <span class="photo__source" aria-hidden="true">
        {state.kind === 'shown' ? state.source.name : ''}
      </span>
    </div>
  );
}

/** Measured once, before the image is asked for: what is in view then may not be lazy. Undefined before. */
function useInViewAtFirst(boxRef: { readonly current: HTMLElement | null }): boolean | undefined {
  const [inView, setInView] = useState<boolean | undefined>(undefined);
  useLayoutEffect(() => {
    const box = boxRef.current?.getBoundingClientRect();
    setInView(
      box !== undefined && box.top < window.innerHeight && box.bottom > 0 && box.left < window.innerWidth,
    );
  }, [boxRef]);
  return inView;
}

function usePlaceholder(hash: string): string | undefined {
  const [picture, setPicture] = useState(() => placeholderPicture(hash));
  useEffect(() => {
    const made = placeholderPicture(hash);
    setPicture(made);
    if (made === undefined) return makePlaceholderPicture(hash, setPicture);
  }, [hash]);
  return picture;
}
