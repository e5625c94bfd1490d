/**
 * Requests to the web seed that begin before the engine asks for them: while a set is joined, a reader's bytes are on
 * their way already. What came is handed over once the engine asks for just that; nothing is judged, or given to
 * anybody, before.
 */
import type { WebSeedClient, WebSeedRange } from './web-seed-client.ts';

type Take = (bytes: Uint8Array) => void;

/** A join takes milliseconds, or one question to the origin. */
const KEPT_MS = 2_000;

export class HeadStarts {
  readonly #client: Pick<WebSeedClient, 'fetch'>;
  /** By the address of the file, unsigned. */
  readonly #begun = new Map<string, HeadStart>();

  constructor(client: Pick<WebSeedClient, 'fetch'>) {
    this.#client = client;
  }

  /** That nobody has asked for yet. */
  get count(): number {
    return this.#begun.size;
  }

  /** @param signed the range at the address that the web seed answers */
  begin(range: WebSeedRange, signed: WebSeedRange): void {
    const key = range.url.href;
    if (this.#begun.has(key)) return;
    const begun = new HeadStart(range, this.#client, signed);
    this.#begun.set(key, begun);
    begun.keepFor(KEPT_MS, () => this.#begun.delete(key));
  }

  /** @returns undefined when no such request is under way; as {@link WebSeedClient.fetch} else */
  take(range: WebSeedRange, signal: AbortSignal, take: Take): Promise<void> | undefined {
    const key = range.url.href;
    const begun = this.#begun.get(key);
    if (!begun) return undefined;
    this.#begun.delete(key);
    if (begun.isFor(range)) return begun.handOver(signal, take);
    // Some of the file lay here already.
    begun.end();
    return undefined;
  }

  close(): void {
    for (const begun of this.#begun.values()) begun.end();
    this.#begun.clear();
  }
}

class HeadStart {
  readonly #range: WebSeedRange;
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;
  /** Until somebody takes it: no more than the file. */
  readonly #early: Uint8Array[] = [];
  #take: Take = (bytes) => this.#early.push(bytes);
  #timer: NodeJS.Timeout | undefined;

  constructor(range: WebSeedRange, client: Pick<WebSeedClient, 'fetch'>, signed: WebSeedRange) {
    this.#range = range;
    this.#done = client.fetch(signed, this.#abort.signal, (bytes) => this.#take(bytes));
    // Whoever takes it hears of it.
    this.#done.catch(() => {});
  }

  isFor({ startBytes, endBytes }: WebSeedRange): boolean {
    return startBytes === this.#range.startBytes && endBytes === this.#range.endBytes;
  }

  keepFor(ms: number, over: () => void): void {
    this.#timer = setTimeout(() => {
      over();
      this.end();
    }, ms).unref();
  }

  handOver(signal: AbortSignal, take: Take): Promise<void> {
    clearTimeout(this.#timer);
    signal.addEventListener('abort', () => this.#abort.abort(signal.reason), { once: true });
    for (const bytes of this.#early.splice(0)) take(bytes);
    this.#take = take;
    return this.#done;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }
}
