/** `--import DIR`: publishes a folder of photos, each as a product of its own. A second run skips what is known. */
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { UserError } from '../shared/errors.ts';
import type { Catalog } from './catalog/catalog-api.ts';
import { detectType, HEAD_BYTES } from './ingest/detect-type.ts';
import { imageIdOf } from './ingest/image-id.ts';
import type { Ingest } from './ingest/ingest.ts';
import { MAX_UPLOAD_BYTES } from './ingest/limits.ts';

export interface ImportParts {
  readonly catalog: Catalog;
  readonly ingest: Ingest;
}

export interface ImportLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

const PHOTO = /\.(?:jpe?g|png|webp|avif)$/i;

/** One photo after the other, by name; one that cannot be published is told and skipped. */
export async function importFolder(
  folder: string,
  parts: ImportParts,
  signal: AbortSignal,
  log: ImportLog,
): Promise<void> {
  const names = (await readdir(folder)).filter((name) => PHOTO.test(name)).sort();
  let published = 0;
  for (const name of names) {
    if (signal.aborted) return;
    try {
      if (await importPhoto(join(folder, name), parts)) published++;
    } catch (error) {
      if (signal.aborted) return;
      const reason = error instanceof UserError ? error.message : String(error);
      log.warn({ photo: name, reason }, 'photo is not published');
    }
  }
  log.info({ photos: names.length, published }, 'import is done');
}

/** @returns false when it is published already */
async function importPhoto(path: string, { catalog, ingest }: ImportParts): Promise<boolean> {
  if ((await stat(path)).size > MAX_UPLOAD_BYTES)
    throw new UserError('upload_too_large', 413, `larger than ${MAX_UPLOAD_BYTES} bytes`);
  const bytes = await readFile(path);
  const type = detectType(bytes.subarray(0, HEAD_BYTES));
  const sha256 = createHash('sha256').update(bytes).digest();
  const title = titleOf(path);
  const products = await catalog.listProducts();
  if (products.some((product) => catalog.image(imageIdOf(product.id, sha256)))) return false;
  // A product that a run before this one made, and was stopped before its photo was published.
  const begun = products.find((product) => product.title === title && product.images.length === 0);
  const fields = { title, description: '', priceCents: 0, currency: 'EUR' };
  const product = begun ?? (await catalog.createProduct(fields));
  const ticket = ingest.admit(product.id);
  const copy = join(ingest.uploadsFolder, randomBytes(12).toString('hex'));
  try {
    await writeFile(copy, bytes, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    ticket.abandon('internal');
    await rm(copy, { force: true });
    throw error;
  }
  await ticket.publish({ path: copy, sha256, type, alt: title });
  return true;
}

/** `red_coffee-cup.jpg` becomes `Red coffee cup`. */
function titleOf(path: string): string {
  const words = basename(path, extname(path))
    .replace(/[\s_-]+/g, ' ')
    .trim();
  return (words.charAt(0).toUpperCase() + words.slice(1)).slice(0, 120) || 'Photo';
}
