/** What multer is told of a photo that is not taken, and when. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Request } from 'express';
import { expect, test } from 'vitest';
import { createUploadStorage } from '../../../server/admin/upload-storage.ts';
import { tempDirectory } from '../../support/temp-directory.ts';

interface Handled {
  readonly error: unknown;
  /** In the folder when multer was told. */
  readonly files: readonly string[];
}

/** multer answers at once when its own stream fails, so a file that goes later would be seen after the answer. */
function handle(folder: string, stream: Readable): Promise<Handled & { readonly streamFailed: boolean }> {
  let streamFailed = false;
  stream.on('error', () => {
    streamFailed = true;
  });
  const req = new Readable() as unknown as Request;
  return new Promise((resolve) => {
    createUploadStorage(folder)._handleFile(req, { stream } as Express.Multer.File, (error) =>
      resolve({ error, files: existsSync(folder) ? readdirSync(folder) : [], streamFailed }),
    );
  });
}

const chunks = (first: string) =>
  Array.from({ length: 50 }, (_, at) => Buffer.alloc(65_536, at === 0 ? first : 'x'));

test('a photo that is refused by its first bytes: only the answer tells, when no file is left', async () => {
  const stream = Readable.from(chunks('GIF89a'), { objectMode: false });
  const handled = await handle(tempDirectory(), stream);
  expect(handled).toMatchObject({
    error: { code: 'upload_type_unsupported' },
    files: [],
    streamFailed: false,
  });
  // The rest is read to its end: nobody else would.
  await expect.poll(() => stream.readableEnded).toBe(true);
});

test('a disk that refuses the file: the same', async () => {
  const folder = join(tempDirectory(), 'in-the-way');
  writeFileSync(`${folder}`, '');
  const handled = await handle(join(folder, 'x'), Readable.from(chunks('GIF89a'), { objectMode: false }));
  expect(handled).toMatchObject({ error: { code: 'ENOTDIR' }, files: [], streamFailed: false });
});

test.each([
  ['fails', new Error('Request aborted')],
  ['ends early', undefined],
])('a request that %s ends the file', async (_how, reason) => {
  const stream = new Readable({ read: () => undefined });
  stream.push(Buffer.from('\xff\xd8\xff\xe0', 'latin1'));
  const folder = tempDirectory();
  const handled = handle(folder, stream);
  await expect.poll(() => readdirSync(folder).length).toBe(1);
  stream.destroy(reason);
  expect(await handled).toMatchObject({ error: reason ?? { code: 'ERR_STREAM_PREMATURE_CLOSE' }, files: [] });
});
