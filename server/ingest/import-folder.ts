/** `--import DIR`: each photo of a folder becomes a product, unless a product with this photo is there already. */
import { createReadStream } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../shared/errors.ts';
import type { Catalog, NewProduct, StoredProduct } from '../catalog/catalog-api.ts';
import { imageIdOf } from './image-id.ts';
import type { Ingest } from './ingest-api.ts';
import { MAX_UPLOAD_BYTES } from './limits.ts';
import { storeUpload } from './store-upload.ts';

export interface ImportOptions {
  readonly folder: string;
  readonly catalog: Catalog;
  readonly ingest: Ingest;
  /** Ends the import before its next photo. */
  readonly signal?: AbortSignal;
  /** Told of each photo that is published or known. */
  readonly onPhoto?: (file: string, isNew: boolean) => void;
  /** Told of each photo that cannot be one; the import goes on. */
  readonly onRefused: (file: string, error: UserError) => void;
}

export interface ImportResult {
  readonly added: number;
  readonly known: number;
  readonly refused: number;
}

const PHOTO_EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.avif']);
/** Ten thousand products with a page of text each. */
const MAX_LIST_BYTES = 64 * 1_048_576;

/** `products.json`: a list of these. What is left out comes from the file's name. */
const listed = z.strictObject({
  file: z.string().regex(/^[^/\\\0]+$/, 'must be the name of a file in the folder'),
  title: z.string().trim().min(1).max(200).optional(),
  description: z.string().max(10_000).default(''),
  priceCents: z.int().min(0).max(1_000_000_000).default(0),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('EUR'),
  alt: z.string().max(500).default(''),
});

type Listed = z.infer<typeof listed>;

/**
 * Photos are taken one after the other, in the order of `products.json`, then by name; others than those listed
 * become products too.
 *
 * @throws UserError `import_folder` when folder or list cannot be used; the disk's errors; `ingest_stopped`
 */
export async function importFolder(options: ImportOptions): Promise<ImportResult> {
  const counts = { added: 0, known: 0, refused: 0 };
  for (const item of await photosOf(options.folder)) {
    if (options.signal?.aborted) break;
    try {
      const isNew = await importPhoto(options, item);
      counts[isNew ? 'added' : 'known'] += 1;
      options.onPhoto?.(item.file, isNew);
    } catch (error) {
      if (!(error instanceof UserError) || error.status >= 500) throw error;
      counts.refused += 1;
      options.onRefused(item.file, error);
    }
  }
  return counts;
}

async function importPhoto({ folder, catalog, ingest }: ImportOptions, item: Listed): Promise<boolean> {
  const path = join(folder, item.file);
  const { size } = await stat(path).catch(() => {
    throw new UserError('import_folder', 400, `${path} is not there.`);
  });
  if (size > MAX_UPLOAD_BYTES) throw new UserError('upload_too_large', 413, `${path} is larger than 25 MiB.`);
  const photo = await storeUpload(ingest.uploadsFolder, createReadStream(path));
  const products = await catalog.listProducts();
  const known = products.find((product) => catalog.image(imageIdOf(product.id, photo.sha256)));
  // Where it is by now, on another product or on none, is what somebody wanted.
  if (known) {
    await rm(photo.path, { force: true });
    return false;
  }
  // A run that was cut off may have left the product without its photo.
  const product = products.find((other) => isUnfinished(other, item)) ?? (await create(catalog, item));
  try {
    return (await ingest.admit(product.id).publish({ ...photo, alt: item.alt })).isNew;
  } catch (error) {
    if (error instanceof UserError && error.status < 500) await catalog.deleteProduct(product.id);
    throw error;
  }
}

function isUnfinished(product: StoredProduct, item: Listed): boolean {
  return product.images.length === 0 && product.title === fieldsOf(item).title;
}

function create(catalog: Catalog, item: Listed): Promise<StoredProduct> {
  return catalog.createProduct(fieldsOf(item));
}

function fieldsOf({ file, title, description, priceCents, currency }: Listed): NewProduct {
  return { title: title ?? titleOf(file), description, priceCents, currency };
}

/** `fruit-bowl_2.jpg` is "Fruit bowl 2". */
function titleOf(file: string): string {
  const words = file
    .slice(0, file.length - extname(file).length)
    .replace(/[\p{Cc}\p{Surrogate}_-]+/gu, ' ')
    .trim()
    .slice(0, 200);
  return words === '' ? 'Photo' : words.charAt(0).toUpperCase() + words.slice(1);
}

async function photosOf(folder: string): Promise<readonly Listed[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new UserError('import_folder', 500, `Cannot read the folder ${folder}: ${error.code}.`);
  });
  const items = names.includes('products.json') ? await readList(join(folder, 'products.json')) : [];
  const named = new Set(items.map(({ file }) => file));
  const others = names
    .filter((name) => PHOTO_EXTENSIONS.has(extname(name).toLowerCase()) && !named.has(name))
    .sort();
  return [...items, ...others.map((file) => listed.parse({ file }))];
}

async function readList(path: string): Promise<readonly Listed[]> {
  const refuse = (why: string) => new UserError('import_folder', 500, `${path}: ${why}`);
  if ((await stat(path)).size > MAX_LIST_BYTES) throw refuse('too large');
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    throw refuse('not JSON');
  }
  const result = z.array(listed).safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refuse(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
}
