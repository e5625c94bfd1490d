/** The real ingest of an origin, with a data folder of its own that goes away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Catalog } from '../../server/catalog/catalog-api.ts';
import { openCatalog } from '../../server/catalog/open-catalog.ts';
import { createIngest } from '../../server/ingest/ingest.ts';
import { openDiskPieceStore } from '../../shared/node/store/disk-piece-store.ts';

export interface IngestParts {
  readonly catalog: Catalog;
  readonly ingest: Awaited<ReturnType<typeof createIngest>>;
}

export async function withIngest<Result>(work: (parts: IngestParts) => Promise<Result>): Promise<Result> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'shoal-bench-ingest-'));
  const catalog = await openCatalog({ dataFolder });
  const store = await openDiskPieceStore({ directory: join(dataFolder, 'pieces') });
  const faults: unknown[] = [];
  const ingest = await createIngest({
    catalog,
    store,
    dataFolder,
    publicUrl: () => 'http://localhost:8080',
    onFault: (error) => faults.push(error),
  });
  try {
    const result = await work({ catalog, ingest });
    if (faults.length > 0) throw faults[0];
    return result;
  } finally {
    await ingest.close();
    await store.close();
    await catalog.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
}
