/**
 * `/api/products` as text with its ETag, made once for all who ask. Anyone may ask, and a large shop's list is
 * megabytes: making it anew for each request would let one client hold up the feed and the tracker.
 */
import { createHash } from 'node:crypto';
import { EncodedBody } from '../http/encoded-body.ts';
import { KeptUntilChange } from './kept-until-change.ts';

export interface VersionedBody {
  readonly body: EncodedBody;
  /** Opaque part of a strong tag, without quotes. */
  readonly version: string;
}

export class ProductList {
  readonly #make: () => Promise<string>;
  readonly #kept = new KeptUntilChange<VersionedBody>();

  constructor(make: () => Promise<string>) {
    this.#make = make;
  }

  get(): Promise<VersionedBody> {
    return this.#kept.get('', async () => {
      const text = await this.#make();
      return { body: new EncodedBody(text), version: versionOf(text) };
    });
  }

  changing(): () => void {
    return this.#kept.changing();
  }
}

/** 128 bits are plenty to tell versions of one list apart. */
const versionOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22);
