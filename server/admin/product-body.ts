/** JSON bodies of the product routes. */
import { z } from 'zod';
import type { AdminLimits } from '../../shared/api-types/admin.ts';
import { type ImageId, parseImageId } from '../../shared/units.ts';
import type { ImageFields, ProductFields } from '../catalog/catalog-api.ts';
import { parseBody } from '../http/parse-body.ts';

/** Room for a page of text; a list of ten thousand products is still some MB. */
const MAX_DESCRIPTION_CHARACTERS = 10_000;
const MAX_TITLE_CHARACTERS = 200;
/** Ten million of a currency with cents: sums of many stay exact integers. */
const MAX_PRICE_CENTS = 1_000_000_000;
export const MAX_ALT_CHARACTERS = 500;
/** A word or two, on a button. */
const MAX_CATEGORY_CHARACTERS = 60;
/** A photo has a season, a campaign, a licence: a handful. */
const MAX_TAGS = 32;
const MAX_TAG_CHARACTERS = 64;
/** As a form field: the tags with commas between them. */
export const MAX_TAGS_CHARACTERS = MAX_TAGS * (MAX_TAG_CHARACTERS + 1);
/** One transaction holds up all others: these take a quarter of a second. */
const MAX_PURGED_IMAGES = 1_000;

/** Lone surrogates are no characters, and SQLite cuts text at NUL: neither would come back as it was sent. */
const NOT_TEXT = /\p{Surrogate}|\0/u;
/** What is said of a field that is not there, or is something else altogether. */
const WANTED = ({ input }: { readonly input?: unknown }) =>
  input === undefined ? 'is missing' : 'must be a text';

/** Titles are one line; in a description line breaks and tabs are welcome. */
const CONTROL = /\p{Cc}/u;

const text = (maxCharacters: number) =>
  z
    .string({ error: WANTED })
    .max(maxCharacters, `may have ${maxCharacters.toLocaleString('en')} characters at most`)
    .refine((value) => !NOT_TEXT.test(value), 'holds bytes that are no text');
const line = (maxCharacters: number) =>
  text(maxCharacters)
    .refine((value) => !CONTROL.test(value), 'must be one line')
    .trim();

const title = line(MAX_TITLE_CHARACTERS).min(1, 'must not be empty');
const description = text(MAX_DESCRIPTION_CHARACTERS);
/** Empty: none. */
const category = line(MAX_CATEGORY_CHARACTERS);
const PRICE = `must be a whole number of cents from 0 to ${MAX_PRICE_CENTS.toLocaleString('en')}`;
const priceCents = z.int(PRICE).min(0, PRICE).max(MAX_PRICE_CENTS, PRICE);
const currency = z
  .string({ error: WANTED })
  .regex(/^[A-Z]{3}$/, 'must be three capital letters (ISO 4217), such as EUR');

/** Commas part them in a form field. */
const tag = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._:/-]*$/u, 'must begin with a letter or digit; may hold . _ : / -')
  .max(MAX_TAG_CHARACTERS);
const tags = z
  .array(tag)
  .max(MAX_TAGS)
  .transform((list) => [...new Set(list)]);
const MAX_ID_CHARACTERS = 64;
const hasField = (fields: object) => Object.keys(fields).length > 0;

export const TEXT_LIMITS: Omit<AdminLimits, 'photo'> = {
  maxAltCharacters: MAX_ALT_CHARACTERS,
  maxTitleCharacters: MAX_TITLE_CHARACTERS,
  maxDescriptionCharacters: MAX_DESCRIPTION_CHARACTERS,
  maxCategoryCharacters: MAX_CATEGORY_CHARACTERS,
  maxPriceCents: MAX_PRICE_CENTS,
};

const newProduct = z.strictObject({
  title,
  description: description.default(''),
  priceCents,
  currency,
  tags: tags.default([]),
  category: category.default(''),
});
const productChange = z
  .strictObject({ title, description, priceCents, currency, tags, category })
  .partial()
  .refine(hasField, 'nothing to change');
const altText = line(MAX_ALT_CHARACTERS);
const imageChange = z
  .strictObject({ alt: altText, tags, product: z.string().min(1).max(MAX_ID_CHARACTERS).nullable() })
  .partial()
  .refine(hasField, 'nothing to change');
const MAX_IMAGES_IN_ORDER = 1_000;
const TOO_MANY_TO_ORDER = `no more than ${MAX_IMAGES_IN_ORDER.toLocaleString('en')} photos of a product can be put in order`;
const imageId = z.string().refine((text) => parseImageId(text) !== undefined, 'is no image id');
const uploadChange = z.strictObject({ alt: altText });
const place = z.strictObject({ before: z.string().min(1).max(MAX_ID_CHARACTERS).nullable() });
const imageOrder = z.strictObject({
  images: z.array(imageId).min(1).max(MAX_IMAGES_IN_ORDER, TOO_MANY_TO_ORDER),
});
const purgeWish = z.union(
  [
    z.strictObject({ product: z.string().min(1).max(MAX_ID_CHARACTERS) }),
    z.strictObject({ tag }),
    z.strictObject({ images: z.array(imageId).min(1).max(MAX_PURGED_IMAGES) }),
  ],
  'wants one of: product, tag, images (1 to 1000 ids)',
);
/** Which images to purge: all of a product, all with a tag, or these. */
export type PurgeWish =
  | { readonly product: string }
  | { readonly tag: string }
  | { readonly images: readonly ImageId[] };

/** @throws UserError `body_invalid` (422), `json_invalid` (400) when there is no JSON body */
export function parseNewProduct(body: unknown): ProductFields {
  return parseBody(newProduct, body);
}

/** @throws UserError as {@link parseNewProduct} */
export function parseProductChange(body: unknown): Partial<ProductFields> {
  // JSON has no undefined: a key that is there has a value.
  return parseBody(productChange, body) as Partial<ProductFields>;
}

/** @throws UserError as {@link parseNewProduct} */
export function parseImageChange(body: unknown): Partial<ImageFields> {
  const { product, ...words } = parseBody(imageChange, body);
  return (product === undefined ? words : { ...words, productId: product }) as Partial<ImageFields>;
}

/** @throws UserError as {@link parseNewProduct} */
export function parseUploadChange(body: unknown): { readonly alt: string } {
  return parseBody(uploadChange, body);
}

/** @returns the product before which another is to stand; null: at the end. @throws UserError as {@link parseNewProduct} */
export function parsePlace(body: unknown): string | null {
  return parseBody(place, body).before;
}

/** @throws UserError as {@link parseNewProduct} */
export function parseImageOrder(body: unknown): readonly ImageId[] {
  return parseBody(imageOrder, body).images as ImageId[];
}

/** @throws UserError as {@link parseNewProduct} */
export function parsePurgeWish(body: unknown): PurgeWish {
  return parseBody(purgeWish, body) as PurgeWish;
}

/** Of a form field: tags with commas between them. @throws UserError `body_invalid` (422) */
export function parseTags(value: unknown): readonly string[] {
  const list = typeof value === 'string' ? value.split(',').map((text) => text.trim()) : value;
  return parseBody(tags, list ?? [], 'tags');
}

/** @throws UserError `body_invalid` (422) */
export function parseAlt(value: unknown): string {
  return parseBody(altText, value ?? '', 'alt');
}
