/** Goal: one streaming pass gives the same hashes as the plain second implementation, for any length. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InternalError } from '../../../../shared/errors.ts';
import { hashFile } from '../../../../shared/node/hashing/hash-file.ts';
import { contentOf, KIB, plainHashFile } from '../../metainfo/torrent-fixture.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-hash-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function hashed(bytes: Uint8Array, pieceLengthBytes: number) {
  const path = join(folder, `${bytes.length}`);
  await writeFile(path, bytes);
  return { name: 'x', ...(await hashFile(path, pieceLengthBytes)) };
}

describe('hashFile', () => {
  const MIB = KIB * KIB;
  test.each([
    1,
    64,
    16 * KIB - 1,
    16 * KIB,
    16 * KIB + 1,
    32 * KIB,
    48 * KIB + 5,
    64 * KIB,
    100_000,
    MIB - 1,
    MIB,
    MIB + 1,
    2 * MIB + 16 * KIB,
    3 * MIB + 77,
  ])('%d bytes, with pieces of 16 KiB, 64 KiB, 1 MiB and 2 MiB', async (lengthBytes) => {
    const bytes = contentOf(lengthBytes);
    for (const pieceLengthBytes of [16 * KIB, 64 * KIB, MIB, 2 * MIB]) {
      const found = await hashed(bytes, pieceLengthBytes);
      const wanted = plainHashFile('x', bytes, pieceLengthBytes);
      for (const key of ['pieceLayer', 'pieceHashesV1', 'lastPieceHashV1'] as const)
        expect(Buffer.from(found[key]).equals(wanted[key])).toBe(true);
      expect([found.lengthBytes, found.root]).toEqual([wanted.lengthBytes, wanted.root]);
    }
  });

  test('an empty file is our own mistake: a set has none', async () => {
    await expect(hashed(new Uint8Array(0), 16 * KIB)).rejects.toThrow(InternalError);
  });

  test('a file that is not there is the file system’s error', async () => {
    await expect(hashFile(join(folder, 'nowhere'), 16 * KIB)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
