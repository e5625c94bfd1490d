/**
 * `/api/products` as text with its ETag, made once for all who ask. Anyone may ask, and a large shop's list is
 * megabytes: making it anew for each request would let one client hold up the feed and the tracker.
 */
import { createHash } from 'node:crypto';

export interface VersionedBody {
  readonly body: string;
  /** Strong, quoted. */
  readonly etag: string;
}

export class ProductList {
  readonly #make: () => Promise<string>;
  #kept: Promise<VersionedBody> | undefined;
  #changing = 0;

  constructor(make: () => Promise<string>) {
    this.#make = make;
  }

  /** What is kept, unless a change is under way: then what the catalog says now. */
  get(): Promise<VersionedBody> {
    if (this.#kept) return this.#kept;
    const made = this.#make().then((body) => ({ body, etag: etagOf(body) }));
    if (this.#changing > 0) return made;
    this.#kept = made;
    made.catch(() => this.#forget(made));
    return made;
  }

  /** A write begins: nothing is kept until the function that this answers is called, once. */
  changing(): () => void {
    this.#changing++;
    this.#kept = undefined;
    let isDone = false;
    return () => {
      if (!isDone) this.#changing--;
      isDone = true;
      this.#kept = undefined;
    };
  }

  #forget(made: Promise<VersionedBody>): void {
    if (this.#kept === made) this.#kept = undefined;
  }
}

/** 128 bits are plenty to tell versions of one list apart. */
const etagOf = (body: string): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
