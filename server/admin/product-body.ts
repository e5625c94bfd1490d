/** JSON bodies of the product routes. */
import { z } from 'zod';
import { UserError } from '../../shared/errors.ts';
import type { ProductFields } from '../catalog/catalog-api.ts';

/** Room for a page of text; a list of ten thousand products is still some MB. */
const MAX_DESCRIPTION_CHARACTERS = 10_000;
const MAX_TITLE_CHARACTERS = 200;
/** Ten million of a currency with cents: sums of many stay exact integers. */
const MAX_PRICE_CENTS = 1_000_000_000;
export const MAX_ALT_CHARACTERS = 500;

/** Lone surrogates are no characters, and SQLite cuts text at NUL: neither would come back as it was sent. */
const NOT_TEXT = /\p{Surrogate}|\0/u;
/** Titles are one line; in a description line breaks and tabs are welcome. */
const CONTROL = /\p{Cc}/u;

const text = (maxCharacters: number) =>
  z
    .string()
    .max(maxCharacters)
    .refine((value) => !NOT_TEXT.test(value), 'holds bytes that are no text');
const line = (maxCharacters: number) =>
  text(maxCharacters)
    .refine((value) => !CONTROL.test(value), 'must be one line')
    .trim();

const title = line(MAX_TITLE_CHARACTERS).min(1);
const description = text(MAX_DESCRIPTION_CHARACTERS);
const priceCents = z.int().min(0).max(MAX_PRICE_CENTS);
const currency = z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters (ISO 4217)');

const newProduct = z.strictObject({ title, description: description.default(''), priceCents, currency });
const productChange = z
  .strictObject({ title, description, priceCents, currency })
  .partial()
  .refine((fields) => Object.keys(fields).length > 0, 'nothing to change');
const altText = line(MAX_ALT_CHARACTERS);

/** @throws UserError `body_invalid` (422), `json_invalid` (400) when there is no JSON body */
export function parseNewProduct(body: unknown): ProductFields {
  return parse(newProduct, body);
}

/** @throws UserError as {@link parseNewProduct} */
export function parseProductChange(body: unknown): Partial<ProductFields> {
  // JSON has no undefined: a key that is there has a value.
  return parse(productChange, body) as Partial<ProductFields>;
}

/** @throws UserError `body_invalid` (422) */
export function parseAlt(value: unknown): string {
  return parse(altText, value ?? '', 'alt');
}

function parse<T>(schema: z.ZodType<T>, value: unknown, name?: string): T {
  if (value === undefined)
    throw new UserError('json_invalid', 400, 'Send a JSON body with Content-Type: application/json.');
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = [...(name ? [name] : []), ...(issue?.path ?? [])].join('.');
  throw new UserError(
    'body_invalid',
    422,
    `${path === '' ? 'body' : path}: ${issue?.message ?? 'not valid'}`,
  );
}
