/** A real catalog in a folder of its own, and images that are as published as an upload's, but made of nothing. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Catalog, NewImage, StoredImage } from '../../../server/catalog/catalog-api.ts';
import { openCatalog } from '../../../server/catalog/open-catalog.ts';
import type { FileRoot, ImageId, InfoHash, InfoHashV2 } from '../../../shared/units.ts';

const hex = (text: string, digits: number): string =>
  createHash('sha512').update(text).digest('hex').slice(0, digits);

export function imageNamed(name: string, productId: string): NewImage {
  const id = hex(`id ${name}`, 24) as ImageId;
  return {
    productId,
    alt: '',
    torrent: Buffer.from(`torrent of ${name}`),
    image: {
      id,
      width: 320,
      height: 200,
      placeholder: 'HBkSHYSIeHiPiHh8eJd4eTN0EEQG',
      infoHash: hex(`v1 ${name}`, 40) as InfoHash,
      infoHashV2: hex(`v2 ${name}`, 64) as InfoHashV2,
      renditions: [
        {
          name: '160.avif',
          url: `/images/${id}/160.avif`,
          width: 160,
          height: 100,
          type: 'image/avif',
          bytes: 1_234,
          root: hex(`root ${name}`, 64) as FileRoot,
        },
      ],
    },
  };
}

export interface CatalogFixture {
  readonly catalog: Catalog;
  publish(name: string): Promise<StoredImage>;
  remove(): Promise<void>;
}

export async function catalogFixture(): Promise<CatalogFixture> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'shoal-catalog-'));
  const catalog = await openCatalog({ dataFolder });
  const fields = { title: 'Cup', description: '', priceCents: 900, currency: 'EUR' };
  const product = await catalog.createProduct(fields);
  return {
    catalog,
    publish: (name) => catalog.publishImage(imageNamed(name, product.id)),
    remove: async () => {
      await catalog.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
