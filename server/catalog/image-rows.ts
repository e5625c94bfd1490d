/** An image as rows of the tables images, renditions and torrents, and back. */
import type { Kysely } from 'kysely';
import type { Rendition, RenditionType } from '../../shared/api-types/catalog.ts';
import type { FileRoot, ImageId, InfoHash, InfoHashV2 } from '../../shared/units.ts';
import type { NewImage, StoredImage } from './catalog-api.ts';
import type { CatalogTables, ImageRow, RenditionRow } from './schema.ts';

type Queries = Kysely<CatalogTables>;

/** Path of a rendition below any node's base URL; as a web seed the same path (BEP 19: name/file). */
export function renditionUrl(imageId: ImageId, name: string): string {
  return `/images/${imageId}/${name}`;
}

export async function insertImage(db: Queries, added: NewImage, entryNumber: number): Promise<void> {
  const { image } = added;
  await db
    .insertInto('images')
    .values({
      id: image.id,
      product_id: added.productId,
      alt: added.alt,
      width: image.width,
      height: image.height,
      placeholder: image.placeholder,
      info_hash: image.infoHash,
      info_hash_v2: image.infoHashV2,
      entry_number: entryNumber,
    })
    .execute();
  await db
    .insertInto('renditions')
    .values(
      image.renditions.map((rendition, position) => ({
        image_id: image.id,
        position,
        name: rendition.name,
        width: rendition.width,
        height: rendition.height,
        type: rendition.type,
        bytes: rendition.bytes,
        root: rendition.root,
      })),
    )
    .execute();
  await db
    .insertInto('torrents')
    .values({ info_hash: image.infoHash, image_id: image.id, body: added.torrent })
    .execute();
}

/** All images in the order of publication. */
export async function loadImages(db: Queries): Promise<StoredImage[]> {
  const renditions = new Map<string, Rendition[]>();
  const rows = await db
    .selectFrom('renditions')
    .selectAll()
    .orderBy('image_id')
    .orderBy('position')
    .execute();
  for (const row of rows) {
    const list = renditions.get(row.image_id);
    if (list) list.push(renditionOf(row));
    else renditions.set(row.image_id, [renditionOf(row)]);
  }
  const images = await db.selectFrom('images').selectAll().orderBy('entry_number').execute();
  return images.map((row) => imageOf(row, renditions.get(row.id) ?? []));
}

/** The rows were written from the typed values by {@link insertImage}: the brands hold again. */
function imageOf(row: ImageRow, renditions: readonly Rendition[]): StoredImage {
  return {
    id: row.id as ImageId,
    productId: row.product_id,
    alt: row.alt,
    entryNumber: row.entry_number,
    width: row.width,
    height: row.height,
    placeholder: row.placeholder,
    infoHash: row.info_hash as InfoHash,
    infoHashV2: row.info_hash_v2 as InfoHashV2,
    renditions,
  };
}

function renditionOf(row: RenditionRow): Rendition {
  return {
    name: row.name,
    url: renditionUrl(row.image_id as ImageId, row.name),
    width: row.width,
    height: row.height,
    type: row.type as RenditionType,
    bytes: row.bytes,
    root: row.root as FileRoot,
  };
}
