/** What tests do to the admin API. */
import { readdir } from 'node:fs/promises';
import type { Image, Problem, Product } from '../../../shared/api-types/catalog.ts';
import { TOKEN } from './small-origin.ts';

export const AUTHORIZATION = { authorization: `Bearer ${TOKEN}` };

export async function createProduct(url: string, title = 'Clock'): Promise<Product> {
  const response = await fetch(`${url}/admin/products`, {
    method: 'POST',
    headers: { ...AUTHORIZATION, 'content-type': 'application/json' },
    body: JSON.stringify({ title, description: 'Ticks.', priceCents: 1999, currency: 'EUR' }),
  });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Product;
}

export interface UploadAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Image & Problem;
}

export async function uploadPhoto(
  url: string,
  productId: string,
  photo: Uint8Array,
  fields: { readonly alt?: string; readonly name?: string; readonly type?: string } = {},
): Promise<UploadAnswer> {
  const form = new FormData();
  if (fields.alt !== undefined) form.set('alt', fields.alt);
  const blob = new Blob([photo as Uint8Array<ArrayBuffer>], { type: fields.type ?? 'image/jpeg' });
  form.set('image', blob, fields.name ?? 'photo.jpg');
  return answer(
    await fetch(`${url}/admin/products/${productId}/images`, {
      method: 'POST',
      headers: AUTHORIZATION,
      body: form,
    }),
  );
}

export async function answer(response: Response): Promise<UploadAnswer> {
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Image & Problem,
  };
}

/** Paths below a folder, without those SQLite keeps beside an open database. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/-(wal|shm)$/.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1))
    .sort();
}
