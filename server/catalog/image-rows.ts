/** An image as rows of the tables images, renditions and torrents, and back. */
import type { Kysely } from 'kysely';
import type { Rendition, RenditionType } from '../../shared/api-types/catalog.ts';
import type { FileRoot, ImageId, InfoHash, InfoHashV2 } from '../../shared/units.ts';
import type { ImageFields, StoredImage } from './catalog-api.ts';
import type { CatalogTables, ImageRow, RenditionRow } from './schema.ts';

type Queries = Kysely<CatalogTables>;

/** Path of a rendition below any node's base URL; as a web seed the same path (BEP 19: name/file). */
export function renditionUrl(imageId: ImageId, name: string): string {
  return `/images/${imageId}/${name}`;
}

export async function insertImage(db: Queries, stored: StoredImage, torrent: Uint8Array): Promise<void> {
  await db
    .insertInto('images')
    .values({
      id: stored.id,
      product_id: stored.productId,
      alt: stored.alt,
      width: stored.width,
      height: stored.height,
      placeholder: stored.placeholder,
      info_hash: stored.infoHash,
      info_hash_v2: stored.infoHashV2,
      entry_number: stored.entryNumber,
      tags: JSON.stringify(stored.tags),
      position: stored.position,
      source_bytes: stored.sourceBytes,
    })
    .execute();
  await db
    .insertInto('renditions')
    .values(
      stored.renditions.map((rendition, position) => ({
        image_id: stored.id,
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
    .values({ info_hash: stored.infoHash, image_id: stored.id, body: torrent })
    .execute();
}

export async function changeImage(
  db: Queries,
  id: ImageId,
  { alt, tags, productId }: Partial<ImageFields>,
): Promise<void> {
  const set = {
    ...(alt === undefined ? {} : { alt }),
    ...(tags === undefined ? {} : { tags: JSON.stringify(tags) }),
    ...(productId === undefined ? {} : { product_id: productId }),
  };
  await db.updateTable('images').set(set).where('id', '=', id).execute();
}

export async function placeImages(
  db: Queries,
  images: readonly Pick<StoredImage, 'id' | 'position'>[],
): Promise<void> {
  for (const { id, position } of images)
    await db.updateTable('images').set({ position }).where('id', '=', id).execute();
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
    tags: JSON.parse(row.tags) as string[],
    position: row.position ?? row.entry_number,
    sourceBytes: row.source_bytes,
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
