/** One product: gallery, words, bag. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { titleClass } from '../../../shared/http/title-class.ts';
import { priceWords } from '../catalog/price-words.ts';
import type { ProductAnswer } from '../catalog/product-store.ts';
import type { ShopProduct } from '../catalog/shop-product.ts';
import { restoreScroll } from '../navigation.ts';
import { AddToBag } from '../parts/add-to-bag.tsx';
import { Gallery } from '../parts/gallery.tsx';
import { BackIcon } from '../parts/icons.tsx';
import { Unreachable } from '../parts/messages.tsx';
import { useShop } from '../shop-context.ts';
import { NotFoundPage } from './not-found-page.tsx';

export function ProductPage({ id }: { readonly id: string }): JSX.Element {
  const { products } = useShop();
  const [tries, setTries] = useState(0);
  const [answer, setAnswer] = useState<ProductAnswer | undefined>(() => {
    const known = products.known(id);
    return known && { kind: 'found', product: known };
  });
  useEffect(() => {
    if (answer?.kind === 'found') return;
    let left = false;
    void products.product(id).then((next) => left || setAnswer(next));
    return () => {
      left = true;
    };
  }, [products, id, tries]);
  useLayoutEffect(restoreScroll, []);

  const retry = () => {
    setAnswer(undefined);
    setTries(tries + 1);
  };
  switch (answer?.kind) {
    case undefined:
      return <ProductSkeleton />;
    case 'failed':
      return <Unreachable onRetry={retry} />;
    case 'unknown':
      return <NotFoundPage />;
    case 'found':
      return <ProductView product={answer.product} />;
  }
}

function ProductView({ product }: { readonly product: ShopProduct }): JSX.Element {
  useEffect(() => {
    document.title = `${product.title} · Shoal Goods`;
  }, [product.title]);
  return (
    <div class="page">
      <BackLink />
      <article class="product">
        <Gallery title={product.title} images={product.images} />
        <div class="product__text">
          <h1 class={titleClass(product.title)} dir="auto">
            {product.title}
          </h1>
          <p class="product__price">{priceWords(product.priceCents, product.currency)}</p>
          <AddToBag product={product} />
          {product.description !== '' && (
            <div class="product__description" dir="auto">
              {product.description.split(/\n{2,}/).map((paragraph, index) => (
                <p key={index}>{paragraph}</p>
              ))}
            </div>
          )}
        </div>
      </article>
    </div>
  );
}

function BackLink(): JSX.Element {
  return (
    <nav class="back" aria-label="Breadcrumb">
      <a href="/" data-page>
        <BackIcon />
        All products
      </a>
    </nav>
  );
}

function ProductSkeleton(): JSX.Element {
  return (
    <div class="page" aria-busy="true">
      <BackLink />
      <p class="visually-hidden" role="status">
        Loading the product
      </p>
      <div class="product" aria-hidden="true">
        <div class="gallery">
          <div class="gallery__stage">
            <div class="photo photo--waiting" />
          </div>
        </div>
        <div class="product__text">
          <span class="card__title card__title--waiting" />
        </div>
      </div>
    </div>
  );
}
