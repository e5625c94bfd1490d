/** Image sets of random bytes with real torrents: to an edge, photos are bytes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublishedImage, RenditionType } from '../../../shared/api-types/catalog.ts';
import { makeMetainfo } from '../../../shared/metainfo/make.ts';
import type { Metainfo } from '../../../shared/metainfo/metainfo.ts';
import { hashFile } from '../../../shared/node/hashing/hash-file.ts';
import { nodeHashes } from '../../../shared/node/hashing/node-hashes.ts';
import { seededRandom } from '../../../shared/random.ts';
import { BLOCK_BYTES, type ImageId } from '../../../shared/units.ts';
import { tempDirectory } from '../../support/temp-directory.ts';

export interface ImageSet {
  readonly image: PublishedImage;
  readonly metainfo: Metainfo;
  readonly files: ReadonlyMap<string, Buffer>;
}

const LADDER: readonly (readonly [name: string, width: number, bytes: number, type: RenditionType])[] = [
  ['160.avif', 160, 3_000, 'image/avif'],
  ['160.jpg', 160, 9_000, 'image/jpeg'],
  ['640.avif', 640, 40_000, 'image/avif'],
  ['640.jpg', 640, 100_000, 'image/jpeg'],
];

/** Bytes of one set. */
export const SET_BYTES = LADDER.reduce((sum, [, , bytes]) => sum + bytes, 0);

export async function makeImageSet(seed: number): Promise<ImageSet> {
  const random = seededRandom(seed);
  const id = seed.toString(16).padStart(24, 'a') as ImageId;
  const folder = tempDirectory();
  const files = new Map<string, Buffer>();
  const hashed = [];
  for (const [name, , lengthBytes] of LADDER) {
    const bytes = Buffer.alloc(lengthBytes);
    for (let i = 0; i < lengthBytes; i++) bytes[i] = random.integer(256);
    files.set(name, bytes);
    await writeFile(join(folder, name), bytes);
    hashed.push({ name, ...(await hashFile(join(folder, name), BLOCK_BYTES)) });
  }
  const metainfo = makeMetainfo(
    {
      name: id,
      files: hashed,
      pieceLengthBytes: BLOCK_BYTES,
      announce: undefined,
      webSeeds: [],
      createdBy: undefined,
    },
    nodeHashes,
  );
  const renditions = LADDER.map(([name, width, bytes, type]) => {
    const root = metainfo.files.find((file) => file.name === name)!.root;
    return { name, url: `/images/${id}/${name}`, width, height: width, type, bytes, root };
  });
  const { infoHash, infoHashV2 } = metainfo;
  const image = { id, width: 640, height: 640, placeholder: '', infoHash, infoHashV2, renditions };
  return { image, metainfo, files };
}
