/** A product that the merchant is at work on: made for the pictures, and gone after them. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Product } from '../../shared/api-types/catalog.ts';
import { InternalError } from '../../shared/errors.ts';
import { PROJECT } from '../support/fleet.ts';

const PHOTO_FOLDER = path.join(PROJECT, 'server/demo/photos');
/** Real photos, in the order in which they are dropped. */
export const PHOTOS: readonly string[] = readdirSync(PHOTO_FOLDER)
  .filter((file) => file.endsWith('.jpg'))
  .map((file) => path.join(PHOTO_FOLDER, file));

const PRODUCT = {
  title: 'Autumn set, ten prints',
  description: 'Ten prints on cotton paper, each 30 by 40 cm.\nNumbered and signed.',
  priceCents: 24_900,
  currency: 'EUR',
  category: 'Prints',
  tags: ['autumn'],
};

export class SampleProduct {
  readonly id: string;
  readonly #originUrl: string;
  readonly #token: string;

  private constructor(id: string, originUrl: string, token: string) {
    this.id = id;
    this.#originUrl = originUrl;
    this.#token = token;
  }

  /** @throws Error when the origin does not take it, or is not there */
  static async make(originUrl: string, token: string): Promise<SampleProduct> {
    const response = await fetch(`${originUrl}/admin/products`, {
      method: 'POST',
      headers: { ...bearer(token), 'Content-Type': 'application/json' },
      body: JSON.stringify(PRODUCT),
    });
    if (!response.ok)
      throw new InternalError(`${originUrl} answered ${response.status}: is the token its own?`);
    const { id } = (await response.json()) as Product;
    return new SampleProduct(id, originUrl, token);
  }

  /** With all its photos, everywhere. */
  async remove(): Promise<void> {
    const address = `${this.#originUrl}/admin/products/${this.id}`;
    await fetch(address, { method: 'DELETE', headers: bearer(this.#token) });
  }
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
