/** A catalog in a folder of its own for each test of a file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Catalog } from '../../../server/catalog/catalog-api.ts';
import { openCatalog } from '../../../server/catalog/open-catalog.ts';

export const FIELDS = { title: 'Cup', description: 'For tea.', priceCents: 900, currency: 'EUR' };

/** Of the test that runs; the one that was opened last. */
export let folder: string;
export let catalog: Catalog;

export function useCatalogFolder(): void {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-catalog-'));
    await open();
  });
  afterEach(async () => {
    await catalog.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

export async function open(): Promise<void> {
  catalog = await openCatalog({ dataFolder: folder });
}

export async function reopen(): Promise<void> {
  await catalog.close();
  await open();
}
