/** A torrent of random files, lying in a folder as an upload would leave them. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeMetainfo, pieceLengthFor } from '../../shared/metainfo/make.ts';
import type { Metainfo } from '../../shared/metainfo/metainfo.ts';
import { hashFile } from '../../shared/node/hashing/hash-file.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import type { PieceStore } from '../../shared/node/store/piece-store.ts';

export interface RandomTorrent {
  readonly metainfo: Metainfo;
  /** In the torrent's order. */
  readonly contents: readonly Uint8Array[];
  readonly paths: readonly string[];
  /** Gives the files to a store; they are gone from the folder then. */
  readonly giveTo: (store: PieceStore) => Promise<void>;
}

/** `size` bytes that look random and are the same for the same seed; fast, for large files too. */
export function randomBytesOf(seed: string, size: number): Uint8Array {
  const shake = createHash('shake128', { outputLength: Math.max(1, size) });
  return new Uint8Array(shake.update(seed).digest()).subarray(0, size);
}

export async function makeRandomTorrent(
  directory: string,
  sizes: readonly number[],
  options: { seed?: string; pieceLengthBytes?: number; webSeeds?: readonly string[]; announce?: string } = {},
): Promise<RandomTorrent> {
  const seed = options.seed ?? 'shoal';
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const pieceLengthBytes = options.pieceLengthBytes ?? pieceLengthFor(total);
  const files = await Promise.all(
    sizes.map(async (size, index) => {
      const name = `file-${String(index).padStart(3, '0')}.bin`;
      const content = randomBytesOf(`${seed} ${index}`, size);
      const path = join(directory, `${seed}-${name}`);
      writeFileSync(path, content);
      return { path, content, hashed: { name, ...(await hashFile(path, pieceLengthBytes)) } };
    }),
  );
  const metainfo = makeMetainfo(
    {
      name: `${seed}-set`,
      files: files.map(({ hashed }) => hashed),
      pieceLengthBytes,
      announce: options.announce,
      webSeeds: options.webSeeds ?? [],
      createdBy: undefined,
    },
    nodeHashes,
  );
  return {
    metainfo,
    contents: files.map(({ content }) => content),
    paths: files.map(({ path }) => path),
    giveTo: async (store) => {
      for (const { path, hashed } of files)
        await store.adopt({ root: hashed.root, lengthBytes: hashed.lengthBytes }, path);
    },
  };
}
