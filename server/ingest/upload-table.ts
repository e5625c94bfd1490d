/** What every upload is at, for the desk: a table in memory. Each change has a number, so that asking again is cheap. */
import { randomBytes } from 'node:crypto';
import type { Upload, UploadState } from '../../shared/api-types/admin.ts';
import { UserError } from '../../shared/errors.ts';
import { MAX_REMEMBERED_UPLOADS } from './limits.ts';

interface Entry {
  readonly id: string;
  readonly productId: string;
  readonly startedMs: number;
  state: UploadState;
  /** Number of its last change. */
  version: number;
  /** Words for the image, given while it was under way. */
  alt: string | undefined;
}

export class UploadTable {
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  #version = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Number of the last change. */
  get version(): number {
    return this.#version;
  }

  /** @param wished the client's own name for it. @throws UserError `upload_id_taken` (409) */
  begin(productId: string, wished: string | undefined): string {
    const id = wished ?? randomBytes(6).toString('hex');
    if (this.#entries.has(id))
      throw new UserError('upload_id_taken', 409, 'The Upload-Id was used before; make a new one.');
    const state = { state: 'uploading', receivedBytes: 0, totalBytes: null } as const;
    const entry = { id, productId, startedMs: this.#now(), state, version: 0, alt: undefined };
    this.#entries.set(id, entry);
    this.#changed(entry);
    this.#forgetOldest();
    return id;
  }

  /** What has ended stays as it is. */
  set(id: string, state: UploadState): void {
    const entry = this.#entries.get(id);
    if (!entry || isOver(entry.state)) return;
    entry.state = state;
    this.#changed(entry);
  }

  setAlt(id: string, alt: string): void {
    const entry = this.#entries.get(id);
    if (entry) entry.alt = alt;
  }

  altOf(id: string): string | undefined {
    return this.#entries.get(id)?.alt;
  }

  get(id: string): Upload | undefined {
    const entry = this.#entries.get(id);
    return entry && uploadOf(entry);
  }

  /** The newest first. @param since only what changed after this number */
  list(since = 0): readonly Upload[] {
    return [...this.#entries.values()]
      .filter(({ version }) => version > since)
      .map(uploadOf)
      .reverse();
  }

  #changed(entry: Entry): void {
    entry.version = ++this.#version;
  }

  /** Those under way are bounded by the queue and are never forgotten. */
  #forgetOldest(): void {
    for (const [id, { state }] of this.#entries) {
      if (this.#entries.size <= MAX_REMEMBERED_UPLOADS) return;
      if (isOver(state)) this.#entries.delete(id);
    }
  }
}

const isOver = ({ state }: UploadState): boolean => state === 'ready' || state === 'failed';

const uploadOf = ({ id, productId, startedMs, state }: Entry): Upload => ({
  id,
  productId,
  startedMs,
  ...state,
});
