/** What every scenario needs: where to put files, and photos to publish. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { PhotoSource } from '../support/photo-source.ts';

export class Lab {
  readonly photos: PhotoSource;
  readonly #folder: string;
  readonly #keepsFiles: boolean;

  /** @param keepsFiles leave logs and data folders of the runs there, for a look after a failure */
  constructor(folder: string, photos: PhotoSource, keepsFiles: boolean) {
    this.#folder = folder;
    this.photos = photos;
    this.#keepsFiles = keepsFiles;
  }

  async freshFolder(): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    return mkdtemp(path.join(this.#folder, 'run-'));
  }

  async removeFolder(folder: string): Promise<void> {
    if (!this.#keepsFiles) await rm(folder, { recursive: true, force: true });
  }
}
