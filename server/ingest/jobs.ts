/** What the ingest is at, for the admin page: a table in memory, told by nobody to anybody else. */
import { randomBytes } from 'node:crypto';
import type { ImageId } from '../../shared/units.ts';
import { MAX_REMEMBERED_JOBS } from './limits.ts';

export type JobState =
  | { readonly state: 'uploading' }
  /** `done` of `total` renditions written; total is 0 until the photo's size is known. */
  | { readonly state: 'processing'; readonly done: number; readonly total: number }
  | { readonly state: 'ready'; readonly imageId: ImageId }
  /** `code` of docs/ERRORS.md. */
  | { readonly state: 'failed'; readonly code: string };

export type Job = JobState & {
  readonly id: string;
  readonly productId: string;
  readonly startedMs: number;
};

export class JobTable {
  readonly #now: () => number;
  readonly #jobs = new Map<string, Job>();

  constructor(now: () => number) {
    this.#now = now;
  }

  begin(productId: string): string {
    const id = randomBytes(6).toString('hex');
    this.#jobs.set(id, { id, productId, startedMs: this.#now(), state: 'uploading' });
    this.#forgetOldest();
    return id;
  }

  set(id: string, state: JobState): void {
    const job = this.#jobs.get(id);
    if (job) this.#jobs.set(id, { id, productId: job.productId, startedMs: job.startedMs, ...state });
  }

  /** The newest first. */
  list(): readonly Job[] {
    return [...this.#jobs.values()].reverse();
  }

  /** Those under way are bounded by the queue and are never forgotten. */
  #forgetOldest(): void {
    for (const [id, { state }] of this.#jobs) {
      if (this.#jobs.size <= MAX_REMEMBERED_JOBS) return;
      if (state === 'ready' || state === 'failed') this.#jobs.delete(id);
    }
  }
}
