/** Fills an empty shop with the sample photos, through the admin API as any client would. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ProductList } from '../../shared/api-types/catalog.ts';

interface SampleProduct {
  readonly file: string;
  readonly title: string;
  readonly description: string;
  readonly priceCents: number;
  readonly currency: string;
  readonly category: string;
  readonly alt: string;
}

/** As many as the origin's ingest works on at a time. */
const PARALLEL_UPLOADS = 2;

/**
 * @param unfinishedFile is there from the first product to the last photo, so that a demo that was ended in between goes
 *   on where it was; undefined: nothing goes on
 * @returns how many products got their photo; 0 when the shop had its own, or all of these, already
 */
export async function fillShop(
  originUrl: string,
  token: string,
  photosFolder: string,
  onProgress: (done: number, of: number) => void,
  unfinishedFile?: string,
): Promise<number> {
  const { products } = (await (await fetch(`${originUrl}/api/products`)).json()) as ProductList;
  const isUnfinished = unfinishedFile !== undefined && existsSync(unfinishedFile);
  if (products.length > 0 && !isUnfinished) return 0;
  if (unfinishedFile !== undefined) await writeFile(unfinishedFile, '');
  const list = await readFile(path.join(photosFolder, 'products.json'), 'utf8');
  const samples = JSON.parse(list) as readonly SampleProduct[];
  // One after the other, so that the shop shows them in the list's order; the photos then go up in parallel.
  const left: { readonly id: string; readonly sample: SampleProduct }[] = [];
  for (const sample of samples) {
    const known = products.find(({ title }) => title === sample.title);
    if (known !== undefined && known.images.length > 0) continue;
    left.push({ id: known?.id ?? (await createProduct(originUrl, token, sample)), sample });
  }
  const added = left.length;
  let done = 0;
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      await uploadPhoto(originUrl, token, next.id, next.sample, photosFolder);
      onProgress(++done, added);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_UPLOADS }, worker));
  if (unfinishedFile !== undefined) await rm(unfinishedFile, { force: true });
  return added;
}

async function createProduct(originUrl: string, token: string, sample: SampleProduct): Promise<string> {
  const { title, description, priceCents, currency, category } = sample;
  const response = await ask(`${originUrl}/admin/products`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify({ title, description, priceCents, currency, category }),
  });
  return ((await answer(response)) as { id: string }).id;
}

async function uploadPhoto(
  originUrl: string,
  token: string,
  productId: string,
  sample: SampleProduct,
  photosFolder: string,
): Promise<void> {
  const form = new FormData();
  form.set('alt', sample.alt);
  form.set('image', new Blob([await readFile(path.join(photosFolder, sample.file))]), sample.file);
  const response = await ask(`${originUrl}/admin/products/${productId}/images`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  await answer(response);
}

/**
 * Once more when the connection broke: nothing here makes a second of anything, for a product has its key, and the same
 * photo on the same product is the same image.
 */
async function ask(url: string, init?: RequestInit): Promise<Response> {
  return await fetch(url, init).catch(() => fetch(url, init));
}

async function answer(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
