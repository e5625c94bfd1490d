/** What search engines and link previews read of a page. */
import type { Product } from '../../shared/api-types/catalog.ts';
import { imageUrl } from '../../shared/http/image-url.ts';
import { listPath, productPath } from '../../shared/http/shop-paths.ts';
import { rungsOf } from '../../shared/http/srcset.ts';
import { dataBlock, type Html, html } from './html.ts';

export interface PageWords {
  readonly title: string;
  readonly description: string;
  /** Absolute. */
  readonly canonical: string;
  /** Absolute; undefined: there is none. */
  readonly image?: string | undefined;
  /** schema.org, as JSON-LD. */
  readonly structured?: object | undefined;
}

const SHOP_NAME = 'Shoal Goods';
const SHOP_DESCRIPTION =
  'Bowls, brushes, drums and prints: the sample shop of Shoal, an image CDN whose edges feed each other.';
/** What a result page shows of it. */
const DESCRIPTION_CHARACTERS = 160;
/** Wide enough for any preview. */
const PREVIEW_WIDTH = 1280;

export function shopWords(publicUrl: string, category: string, page: number): PageWords {
  return {
    title: category === '' ? SHOP_NAME : `${category} · ${SHOP_NAME}`,
    description: SHOP_DESCRIPTION,
    canonical: publicUrl + listPath(category, page),
    structured: { '@type': 'WebSite', name: SHOP_NAME, url: `${publicUrl}/` },
  };
}

export function productWords(product: Product, publicUrl: string): PageWords {
  const canonical = publicUrl + productPath(product.id);
  const images = product.images
    .map((image) => previewUrl(image, publicUrl))
    .filter((url) => url !== undefined);
  const words = product.description.replaceAll(/\s+/g, ' ').trim();
  return {
    title: `${product.title} · ${SHOP_NAME}`,
    description: words === '' ? `${product.title}, at ${SHOP_NAME}.` : shortened(words),
    canonical,
    image: images[0],
    structured: {
      '@type': 'Product',
      name: product.title,
      description: words,
      image: images,
      ...(product.category === '' ? {} : { category: product.category }),
      offers: {
        '@type': 'Offer',
        price: (product.priceCents / 100).toFixed(2),
        priceCurrency: product.currency,
        url: canonical,
      },
    },
  };
}

/** A page that stands for nothing to be found: the checkout, a product that is not there. */
export function privateHead(title: string): Html {
  return html`<title>${title} · ${SHOP_NAME}</title>
    <meta name="robots" content="noindex" />`;
}

export function pageHead({ title, description, canonical, image, structured }: PageWords): Html {
  return html`<title>${title}</title>
    <meta name="description" content="${description}" />
    <link rel="canonical" href="${canonical}" />
    <meta property="og:title" content="${title}" />
    <meta property="og:description" content="${description}" />
    <meta property="og:url" content="${canonical}" />
    ${image === undefined ? undefined : html`<meta property="og:image" content="${image}" />`}
    ${structured && dataBlock('application/ld+json', { '@context': 'https://schema.org', ...structured })}`;
}

function previewUrl(image: Product['images'][number], publicUrl: string): string | undefined {
  const rungs = rungsOf(image, 'image/jpeg');
  const rung = rungs.find(({ width }) => width >= PREVIEW_WIDTH) ?? rungs.at(-1);
  return rung && imageUrl(publicUrl, image.id, rung);
}

function shortened(words: string): string {
  if (words.length <= DESCRIPTION_CHARACTERS) return words;
  return `${words.slice(0, DESCRIPTION_CHARACTERS).replace(/\s+\S*$/, '')}…`;
}
