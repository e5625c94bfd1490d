/** The part of the catalog that the shop shows, parsed from what the origin answers. */
import type { Image, Product, Rendition } from '../../../shared/api-types/catalog.ts';
import { parseRenditionName } from '../../../shared/http/rendition-name.ts';
import { parseImageId } from '../../../shared/units.ts';
import { isRecord } from '../edges/known-edge.ts';

export type ShopRendition = Pick<Rendition, 'name' | 'width' | 'type'>;

export interface ShopImage extends Pick<Image, 'id' | 'width' | 'height' | 'placeholder' | 'alt'> {
  readonly renditions: readonly ShopRendition[];
}

export interface ShopProduct
  extends Pick<Product, 'id' | 'title' | 'description' | 'priceCents' | 'currency' | 'category'> {
  readonly images: readonly ShopImage[];
}

/** Ten times the largest shop in the design; more would only freeze the page. */
const PRODUCTS_MAX = 100_000;
const IMAGES_PER_PRODUCT_MAX = 100;
/** Five widths in three formats today. */
const RENDITIONS_MAX = 64;
const TYPES: readonly string[] = ['image/avif', 'image/webp', 'image/jpeg'];

/** Answers `undefined` when it is no list; a product of another form is left out and does not hide the others. */
export function parseProductList(answer: unknown): ShopProduct[] | undefined {
  if (!isRecord(answer) || !Array.isArray(answer.products)) return undefined;
  return answer.products
    .slice(0, PRODUCTS_MAX)
    .map(parseProduct)
    .filter((product) => product !== undefined);
}

export function parseProduct(value: unknown): ShopProduct | undefined {
  if (!isRecord(value)) return undefined;
  const { id, title, description, priceCents, currency, category, images } = value;
  if (typeof id !== 'string' || id === '' || typeof title !== 'string') return undefined;
  if (!Number.isSafeInteger(priceCents) || (priceCents as number) < 0) return undefined;
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return undefined;
  return {
    id,
    title,
    description: typeof description === 'string' ? description : '',
    priceCents: priceCents as number,
    currency,
    category: typeof category === 'string' ? category : '',
    images: (Array.isArray(images) ? images : [])
      .slice(0, IMAGES_PER_PRODUCT_MAX)
      .map(parseImage)
      .filter((image) => image !== undefined),
  };
}

function parseImage(value: unknown): ShopImage | undefined {
  if (!isRecord(value) || typeof value.id !== 'string') return undefined;
  const id = parseImageId(value.id);
  const { width, height, placeholder, alt, renditions } = value;
  if (id === undefined || !isPixels(width) || !isPixels(height) || !Array.isArray(renditions))
    return undefined;
  const parsed = renditions
    .slice(0, RENDITIONS_MAX)
    .map(parseRendition)
    .filter((rendition) => rendition !== undefined);
  if (parsed.length === 0) return undefined;
  return {
    id,
    width,
    height,
    placeholder: typeof placeholder === 'string' ? placeholder : '',
    alt: typeof alt === 'string' ? alt : '',
    renditions: parsed,
  };
}

function parseRendition(value: unknown): ShopRendition | undefined {
  if (!isRecord(value) || typeof value.name !== 'string') return undefined;
  const choice = parseRenditionName(value.name);
  if (choice === undefined || typeof value.type !== 'string' || !TYPES.includes(value.type)) return undefined;
  return { name: value.name, width: choice.width, type: value.type as Rendition['type'] };
}

function isPixels(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= 100_000;
}
