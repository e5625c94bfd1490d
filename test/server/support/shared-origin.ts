/** One small origin for all tests of a file: a worker takes a quarter of a second to start. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openCatalog } from '../../../server/catalog/open-catalog.ts';
import type { IngestOptions } from '../../../server/ingest/ingest-api.ts';
import type { Rendition } from '../../../shared/api-types/catalog.ts';
import { type Compiled, compile } from '../../support/compiled.ts';
import { type SmallOrigin, startSmallOrigin } from './small-origin.ts';
import { filesBelow } from './upload.ts';

export interface SharedOrigin {
  readonly folder: string;
  readonly origin: SmallOrigin;
  storedPath(rendition: Pick<Rendition, 'root'>): string;
  /** Images of a product, in the order that a restart would find. */
  storedOrder(productId: string): Promise<readonly string[]>;
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
    storedOrder: async (productId) => {
      const catalog = await openCatalog({ dataFolder: folder });
      const product = await catalog.product(productId);
      await catalog.close();
      return (product?.images ?? []).map(({ id }) => id);
    },
    state: async () => ({ files: await filesBelow(folder), head: origin?.catalog.head() }),
  };
}
