/**
 * What of a page is seen before its script is there: the same boxes, words and largest photo as the script makes of the
 * same data, in the same places. The script takes the elements over as they are, so the photo is painted once, and
 * nothing moves (test/browser/shop-start.test.ts).
 */
import type { Image, Product } from '../../shared/api-types/catalog.ts';
import { pictureSources } from '../../shared/http/picture-sources.ts';
import { hasFeature, isWideFeature, stageAspect } from '../../shared/http/shop-boxes.ts';
import { listPath, productPath } from '../../shared/http/shop-paths.ts';
import { titleClass } from '../../shared/http/title-class.ts';
import { formatPrice } from '../../shared/money.ts';
import { type Html, html } from './html.ts';
import { colourRule, type Placeholder } from './placeholder-colour.ts';
import type { LargestPhoto } from './preload.ts';
import type { ShelfItem } from './shelf.ts';

export interface FirstView {
  readonly markup: Html;
  /** Style rules of this page alone. */
  readonly rules: string;
}

/** What differs from visit to visit. */
export interface Visit {
  /** Prices are written in it. */
  readonly language: string;
  /** The largest photo and where it comes from; undefined: it waits for the script. */
  readonly photo: { readonly url: string; readonly largest: LargestPhoto } | undefined;
}

export const NO_FIRST_VIEW: FirstView = { markup: html``, rules: '' };

export interface FirstList {
  /** Those that the page brings, of the shelf that is shown. */
  readonly items: readonly ShelfItem[];
  readonly categories: readonly string[];
  /** Of the shelf that is shown; empty: all. */
  readonly category: string;
}

export function firstList({ items, categories, category }: FirstList, visit: Visit): FirstView {
  const featured = category === '' && hasFeature(items.length);
  const cards = items.map((item, index) => card(item, featured && index === 0, visit));
  return {
    markup: html`<div class="page"><div class="intro"><h1>Good things, seen well.</h1><div class="search-bar search-bar--waiting"></div></div>${
      categories.length > 1 ? categoryBar(categories, category) : undefined
    }<ul class="grid">${cards}</ul></div>`,
    rules: items.map(({ image }) => image && colourRule(image)).join(''),
  };
}

export function firstProduct(product: Product, visit: Visit): FirstView {
  const [image] = product.images;
  if (image === undefined) return NO_FIRST_VIEW;
  const { title, description, priceCents, currency, images } = product;
  const thumbs = images.map(
    (each) =>
      html`<li><button type="button" class="gallery__thumb" aria-label="${title}">${box(each, 'cover')}</button></li>`,
  );
  const paragraphs = description.split(/\n{2,}/).map((text) => html`<p>${text}</p>`);
  return {
    markup: html`<div class="page"><nav class="back" aria-label="Breadcrumb"><a href="/"><svg class="icon"></svg>All products</a></nav><article class="product"><section class="gallery" aria-label="Photos"><div class="gallery__stage" data-first><div class="gallery__zoom">${box(
      image,
      'contain',
      picture(image, title, visit),
    )}</div></div>${
      images.length > 1 ? html`<ul class="gallery__thumbs">${thumbs}</ul>` : undefined
    }</section><div class="product__text"><h1 class="${titleClass(title)}" dir="auto">${title}</h1><p class="product__price">${formatPrice(
      priceCents,
      currency,
      visit.language,
    )}</p><div class="add-to-bag"><button type="button" class="button button--main">Add to bag</button><p class="hint">Sample shop: the bag stays in this browser and nothing can be ordered.</p></div>${
      description === '' ? undefined : html`<div class="product__description" dir="auto">${paragraphs}</div>`
    }</div></article></div>`,
    rules: `.gallery__stage[data-first]{aspect-ratio:${stageAspect(image)}}${images.map(colourRule).join('')}`,
  };
}

function card({ id, title, priceCents, currency, image }: ShelfItem, isFeature: boolean, visit: Visit): Html {
  const look = `card${isFeature ? ' card--feature' : ''}${isFeature && image && isWideFeature(image) ? ' card--wide' : ''}`;
  const photo =
    image === undefined
      ? html`<div class="photo photo--none">No photo yet</div>`
      : box(image, 'cover', isFeature ? picture(image, title, visit) : undefined);
  return html`<li class="${look}" data-product-id="${id}"><a class="card__link" href="${productPath(
    id,
  )}" data-page>${photo}<div class="card__text"><h2 class="card__title" dir="auto">${title}</h2><p class="card__price">${formatPrice(
    priceCents,
    currency,
    visit.language,
  )}</p></div></a></li>`;
}

function categoryBar(categories: readonly string[], current: string): Html {
  const link = (category: string) =>
    html`<li><a class="categories__link" href="${listPath(category)}"${
      category === current ? html` aria-current="page"` : undefined
    } dir="auto">${category === '' ? 'All' : category}</a></li>`;
  return html`<nav class="categories" aria-label="Categories"><ul>${['', ...categories].map(link)}</ul></nav>`;
}

function box({ id }: Placeholder, fit: 'cover' | 'contain', content?: Html): Html {
  return html`<div class="photo photo--${fit}" data-image-id="${id}">${content}</div>`;
}

function picture(
  image: Pick<Image, 'id' | 'alt' | 'width' | 'height'>,
  title: string,
  { photo }: Visit,
): Html | undefined {
  if (photo?.largest.image.id !== image.id) return undefined;
  const { sizes } = photo.largest;
  const made = pictureSources(photo.url, photo.largest.image);
  if (made === undefined) return undefined;
  const sources = made.sources.map(
    ({ type, srcset }) => html`<source type="${type}" sizes="${sizes}" srcset="${srcset}" />`,
  );
  return html`<picture>${sources}<img class="photo__image photo__image--seen" alt="${image.alt === '' ? title : image.alt}" width="${
    image.width
  }" height="${image.height}" decoding="async" loading="eager" fetchpriority="high" sizes="${sizes}" srcset="${made.srcset}" src="${
    made.src
  }" /></picture>`;
}
