/** What disks and people do to the files of a running edge. */
import { open, rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import type { Rendition } from '../../shared/api-types/catalog.ts';

/** Of three whole renditions: in the first a bit flips, the second is cut, the third deleted. @returns their files */
export async function damageFiles(
  dataFolder: string,
  renditions: readonly Rendition[],
): Promise<readonly [string, string, string]> {
  const files = renditions.map(({ root }) =>
    path.join(dataFolder, 'pieces', root.slice(0, 2), `${root}.whole`),
  ) as [string, string, string];
  const [flipped, cut, deleted] = files;
  const file = await open(flipped, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, 5);
  await file.write(Buffer.from([(byte[0] as number) ^ 1]), 0, 1, 5);
  await file.close();
  await truncate(cut, 100);
  await rm(deleted);
  return files;
}
