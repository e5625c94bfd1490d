/** One photo becomes an image that is published. Leaves neither the photo nor a file in its folder, however it ends. */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageId } from '../../shared/units.ts';
import type { StoredImage } from '../catalog/catalog-api.ts';
import type { Source } from './ingest-api.ts';
import { makeImageSet } from './make-image-set.ts';
import type { Shelf } from './shelf.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface MakerParts {
  readonly shelf: Shelf;
  readonly pool: WorkerPool;
  /** For folders of renditions that are being made. */
  readonly folder: string;
  readonly publicUrl: () => string;
}

export interface MakerJob {
  readonly id: ImageId;
  readonly productId: string;
  readonly source: Source;
  /** Asked once nobody can give the photo up any more. */
  readonly replaces: () => ImageId | undefined;
  /** Aborted: the photo is given up. */
  readonly stop: AbortSignal;
  /** Called before anything can be seen. Throws when the photo was given up. */
  readonly seal: () => void;
  readonly progress: (done: number, total: number) => void;
}

export async function makeImage(
  { shelf, pool, folder: parent, publicUrl }: MakerParts,
  { id, productId, source, replaces, stop, seal, progress }: MakerJob,
): Promise<StoredImage> {
  const folder = join(parent, randomBytes(8).toString('hex'));
  try {
    await mkdir(folder);
    const ladder = await pool.run({ source: source.path, type: source.type, folder }, progress, stop);
    const { image, metainfo } = await makeImageSet(id, ladder, folder, publicUrl());
    seal();
    const { alt, tags = [], bytes: sourceBytes } = source;
    const added = { productId, alt, tags, image, sourceBytes, torrent: metainfo.bytes };
    return await shelf.publish(metainfo.files, folder, { ...added, replaces: replaces() });
  } finally {
    await rm(source.path, { force: true });
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
