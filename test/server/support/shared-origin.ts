/** One small origin for all tests of a file: a worker takes a quarter of a second to start. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { IngestOptions } from '../../../server/ingest/ingest.ts';
import type { Rendition } from '../../../shared/api-types/catalog.ts';
import { type Compiled, compile } from '../../support/compiled.ts';
import { type SmallOrigin, startSmallOrigin } from './small-origin.ts';
import { filesBelow } from './upload.ts';

export interface SharedOrigin {
  readonly folder: string;
  readonly origin: SmallOrigin;
  storedPath(rendition: Pick<Rendition, 'root'>): string;
  /** All that an upload may change: files of the data folder, and the log's head. */
  state(): Promise<unknown>;
}

export function sharedOrigin(options: Partial<IngestOptions> = {}): SharedOrigin {
  let folder = '';
  let worker: Compiled | undefined;
  let origin: SmallOrigin | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-origin-'));
    worker = await compile('server/ingest/worker/main.ts');
    origin = await startSmallOrigin(folder, worker.path, options);
  });
  afterAll(async () => {
    await origin?.close();
    await worker?.remove();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get folder() {
      return folder;
    },
    get origin() {
      return origin as SmallOrigin;
    },
    storedPath: ({ root }) => join(folder, 'pieces', root.slice(0, 2), `${root}.whole`),
    state: async () => ({ files: await filesBelow(folder), head: origin?.catalog.head() }),
  };
}
