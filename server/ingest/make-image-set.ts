/** A folder of renditions becomes an image and its torrent. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import { invariant } from '../../shared/errors.ts';
import { makeMetainfo, pieceLengthFor } from '../../shared/metainfo/make.ts';
import type { Metainfo } from '../../shared/metainfo/metainfo.ts';
import { CREATED_BY, torrentUrls } from '../../shared/metainfo/origin-urls.ts';
import { hashFile } from '../../shared/node/hashing/hash-file.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import type { ImageId } from '../../shared/units.ts';
import { renditionUrl } from '../catalog/image-rows.ts';
import type { Ladder } from './worker/protocol.ts';

export interface ImageSet {
  readonly image: PublishedImage;
  readonly metainfo: Metainfo;
}

/** @param publicUrl the origin's base URL: the torrent names its tracker and web seed */
export async function makeImageSet(
  id: ImageId,
  ladder: Ladder,
  folder: string,
  publicUrl: string,
): Promise<ImageSet> {
  const lengths = await Promise.all(
    ladder.files.map(async ({ name }) => (await stat(join(folder, name))).size),
  );
  const pieceLengthBytes = pieceLengthFor(lengths.reduce((sum, length) => sum + length, 0));
  const files = [];
  for (const { name } of ladder.files)
    files.push({ name, ...(await hashFile(join(folder, name), pieceLengthBytes)) });
  const metainfo = makeMetainfo(
    { name: id, files, pieceLengthBytes, createdBy: CREATED_BY, ...torrentUrls(publicUrl) },
    nodeHashes,
  );
  const renditions = ladder.files.map(({ name, width, height, type }): Rendition => {
    const file = metainfo.files.find((candidate) => candidate.name === name);
    invariant(file, `${name} is in its torrent`);
    return {
      name,
      url: renditionUrl(id, name),
      width,
      height,
      type,
      bytes: file.lengthBytes,
      root: file.root,
    };
  });
  return {
    metainfo,
    image: {
      id,
      width: ladder.width,
      height: ladder.height,
      placeholder: ladder.placeholder,
      infoHash: metainfo.infoHash,
      infoHashV2: metainfo.infoHashV2,
      renditions,
    },
  };
}
