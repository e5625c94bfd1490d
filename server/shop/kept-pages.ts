/** Pages as they went out last, compressed: a page that says the same to the next visitor is not compressed again. */
import { EncodedBody } from '../http/encoded-body.ts';

/** A few pages that many visit, in a few languages; about 70 kB each. */
const MOST_KEPT = 50;

export class KeptPages {
  readonly #kept = new Map<string, EncodedBody>();

  body(text: string): EncodedBody {
    const body = this.#kept.get(text) ?? new EncodedBody(text);
    // The one asked for last goes to the end.
    this.#kept.delete(text);
    this.#kept.set(text, body);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return body;
  }
}
