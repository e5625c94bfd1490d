/** Joins that failed, by code: for the metrics and the log. */
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import { PeerError } from '../../shared/errors.ts';

export class JoinFailures {
  readonly #log: { warn(fields: object, message: string): void };
  readonly #counts = new Map<string, number>();

  constructor(log: { warn(fields: object, message: string): void }) {
    this.#log = log;
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  count(image: PublishedImage, error: unknown): void {
    if ((error as Error).name === 'AbortError') return;
    const code = error instanceof PeerError ? (error.code as string) : 'join_failed';
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    // An origin that is away fails ten thousand joins; the loss of its feed has been told already.
    if (!code.startsWith('origin_'))
      this.#log.warn({ code, image: image.id, err: error }, 'image not joined');
  }
}
