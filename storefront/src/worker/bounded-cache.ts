/**
 * A cache of the browser with a bound on entries and bytes; what was not asked for longest goes first. Storage may be
 * full, or fail altogether: then nothing is kept and nothing found, and whoever asks goes to the network.
 */

export interface Bound {
  readonly entries: number;
  readonly bytes: number;
}

export class BoundedCache {
  readonly #name: string;
  readonly #bound: Bound;
  /** Bytes by address, the one asked for last at the end. */
  #sizes: Promise<Map<string, number>> | undefined;

  constructor(name: string, bound: Bound) {
    this.#name = name;
    this.#bound = bound;
  }

  async match(url: string): Promise<Response | undefined> {
    try {
      return await this.#find(url);
    } catch {
      return undefined;
    }
  }

  async #find(url: string): Promise<Response | undefined> {
    const found = await (await caches.open(this.#name)).match(url, { ignoreVary: true });
    const sizes = await this.#known();
    if (found === undefined) {
      sizes.delete(url);
      return undefined;
    }
    const bytes = sizes.get(url) ?? bytesOf(found);
    sizes.delete(url);
    sizes.set(url, bytes);
    return found;
  }

  async put(url: string, response: Response): Promise<void> {
    const sizes = await this.#known();
    const cache = await caches.open(this.#name);
    sizes.delete(url);
    sizes.set(url, bytesOf(response));
    try {
      await cache.put(url, response);
    } catch {
      // Full, or the answer was cut short or let go.
      sizes.delete(url);
      return;
    }
    let bytes = [...sizes.values()].reduce((sum, each) => sum + each, 0);
    for (const [oldest, size] of [...sizes]) {
      if (sizes.size <= this.#bound.entries && bytes <= this.#bound.bytes) break;
      sizes.delete(oldest);
      bytes -= size;
      await cache.delete(oldest);
    }
  }

  async keys(): Promise<readonly string[]> {
    const sizes = await this.#known().catch(() => new Map<string, number>());
    return [...sizes.keys()];
  }

  async delete(url: string): Promise<void> {
    (await this.#known()).delete(url);
    await (await caches.open(this.#name)).delete(url);
  }

  /** Browsers end idle workers: a new life reads what the last one left, in the order it was put. */
  #known(): Promise<Map<string, number>> {
    this.#sizes ??= this.#read().catch((error: unknown) => {
      this.#sizes = undefined;
      throw error;
    });
    return this.#sizes;
  }

  async #read(): Promise<Map<string, number>> {
    const cache = await caches.open(this.#name);
    const found = (await cache.keys()).map(async ({ url }): Promise<[string, number]> => {
      const response = await cache.match(url);
      return [url, response === undefined ? 0 : bytesOf(response)];
    });
    return new Map(await Promise.all(found));
  }
}

/** An answer that does not say counts as much as a large photo. */
const UNKNOWN_BYTES = 200_000;

function bytesOf(response: Response): number {
  return Number(response.headers.get('content-length') ?? UNKNOWN_BYTES);
}
