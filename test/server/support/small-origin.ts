/** The parts of an origin that an upload passes through: catalog, store, ingest and the admin API over HTTP. */
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { adminRouter } from '../../../server/admin/admin-router.ts';
import type { Catalog } from '../../../server/catalog/catalog-api.ts';
import { openCatalog } from '../../../server/catalog/open-catalog.ts';
import { createIngest } from '../../../server/ingest/ingest.ts';
import type { Ingest, IngestOptions } from '../../../server/ingest/ingest-api.ts';
import { type DiskPieceStore, openDiskPieceStore } from '../../../shared/node/store/disk-piece-store.ts';

export const TOKEN = 'a-token-for-tests';
export const PUBLIC_URL = 'http://origin.example:8080';

export interface SmallOrigin {
  readonly url: string;
  readonly catalog: Catalog;
  readonly store: DiskPieceStore;
  readonly ingest: Ingest;
  readonly server: Server;
  /** Errors that were not the request's own. */
  readonly faults: unknown[];
  close(): Promise<void>;
}

export async function startSmallOrigin(
  dataFolder: string,
  workerModulePath: string,
  options: Partial<IngestOptions> = {},
): Promise<SmallOrigin> {
  const faults: unknown[] = [];
  const onFault = (error: unknown) => void faults.push(error);
  const catalog = await openCatalog({ dataFolder });
  const store = await openDiskPieceStore({ directory: join(dataFolder, 'pieces') });
  const publicUrl = () => PUBLIC_URL;
  const ingest = await createIngest({
    catalog,
    store,
    dataFolder,
    publicUrl,
    onFault,
    workerModulePath,
    ...options,
  });
  // A fleet without edges.
  const acknowledged = async () => [];
  const spread = () => ({ holding: 0, of: 0 });
  const app = express();
  app.disable('x-powered-by');
  app.use('/admin', adminRouter({ catalog, ingest, token: TOKEN, publicUrl, acknowledged, spread, onFault }));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    catalog,
    store,
    ingest,
    server,
    faults,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await ingest.close();
      await store.close();
      await catalog.close();
    },
  };
}
