import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import {
  CARD_ASPECT,
  CARD_BOXES,
  FEATURE_ASPECT,
  featureBoxes,
  hasFeature,
  isWideFeature,
} from '../../../shared/http/shop-boxes.ts';
import { productPath } from '../../../shared/http/shop-paths.ts';
import { priceWords } from '../catalog/price-words.ts';
import type { ShopProduct } from '../catalog/shop-product.ts';
import { Photo } from '../images/photo.tsx';
import { productsShown, saveProductsShown } from '../navigation.ts';

/** Full rows at two, three and four columns. */
const PAGE_PRODUCTS = 48;

export interface ProductGridProps {
  readonly products: readonly ShopProduct[];
  /** Shows the first product large. */
  readonly featuresFirst: boolean;
}

export function ProductGrid({ products, featuresFirst }: ProductGridProps): JSX.Element {
  const [limit, setLimit] = useState(() => productsShown() ?? PAGE_PRODUCTS);
  const isFirstLarge = featuresFirst && hasFeature(products.length);
  // Who comes back from a product finds as many, and so the place they were at.
  const showMore = () => {
    setLimit(limit + PAGE_PRODUCTS);
    saveProductsShown(limit + PAGE_PRODUCTS);
  };
  return (
    <>
      <ul class="grid">
        {products.slice(0, limit).map((product, index) => (
          <ProductCard key={product.id} product={product} isFeature={isFirstLarge && index === 0} />
        ))}
      </ul>
      {limit < products.length && (
        <p class="grid__more">
          <button type="button" class="button" onClick={showMore}>
            Show more ({products.length - limit})
          </button>
        </p>
      )}
    </>
  );
}

function ProductCard({
  product,
  isFeature,
}: {
  readonly product: ShopProduct;
  readonly isFeature: boolean;
}): JSX.Element {
  const image = product.images[0];
  const isWide = isFeature && image !== undefined && isWideFeature(image);
  return (
    <li
      class={`card${isFeature ? ' card--feature' : ''}${isWide ? ' card--wide' : ''}`}
      data-product-id={product.id}
    >
      <a class="card__link" href={productPath(product.id)} data-page>
        {image === undefined ? (
          <div class="photo photo--none">No photo yet</div>
        ) : (
          <Photo
            key={image.id}
            image={image}
            alt={image.alt || product.title}
            fit="cover"
            boxAspect={isFeature ? FEATURE_ASPECT : CARD_ASPECT}
            boxes={isFeature ? featureBoxes(image) : CARD_BOXES}
          />
        )}
        <div class="card__text">
          <h2 class="card__title" dir="auto">
            {product.title}
          </h2>
          <p class="card__price">{priceWords(product.priceCents, product.currency)}</p>
        </div>
      </a>
    </li>
  );
}
