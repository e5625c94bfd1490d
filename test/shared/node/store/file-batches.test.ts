import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ThreadBatches, type WholeFile } from '../../../../shared/node/store/file-batches.ts';
import { tempDirectory } from '../../../support/temp-directory.ts';

function start(): ThreadBatches {
  const batches = new ThreadBatches();
  onTestFinished(() => batches.close());
  return batches;
}

const fileAt = (path: string, ...chunks: Uint8Array[]): WholeFile => ({
  path,
  temporaryPath: `${path}.tmp`,
  chunks,
});

describe('files written by the batch', () => {
  it('each gets its own chunks, in a folder that is made for it', async () => {
    const directory = tempDirectory();
    const long = Uint8Array.from({ length: 1000 }, (_, index) => index);
    const paths = ['a/one', 'a/two', 'b/empty'].map((name) => join(directory, name));
    const [one, two, empty] = paths as [string, string, string];
    const files = [fileAt(one, long.subarray(10, 20), long.subarray(5, 6)), fileAt(two, long), fileAt(empty)];
    expect(await start().writeWhole(files)).toEqual([undefined, undefined, undefined]);
    expect(paths.map((path) => readFileSync(path))).toEqual([
      Buffer.of(...long.subarray(10, 20), 5),
      Buffer.from(long),
      Buffer.alloc(0),
    ]);
    expect(readdirSync(join(directory, 'a'))).toEqual(['one', 'two']);
  });

  it('the failure of one is told with its code, leaves nothing behind and does not touch the others', async () => {
    const directory = tempDirectory();
    mkdirSync(join(directory, 'taken'));
    const files = ['one', 'taken', 'two'].map((name) => fileAt(join(directory, name), Uint8Array.of(7)));
    const results = await start().writeWhole(files);
    expect(results.map((error) => (error as NodeJS.ErrnoException | undefined)?.code)).toEqual([
      undefined,
      'EISDIR',
      undefined,
    ]);
    expect(results[1]).toBeInstanceOf(Error);
    expect(readdirSync(directory).sort()).toEqual(['one', 'taken', 'two']);
  });

  it('a sync tells of each file that is not there', async () => {
    const directory = tempDirectory();
    const batches = start();
    await batches.writeWhole([fileAt(join(directory, 'one'), Uint8Array.of(1))]);
    const results = await batches.sync([join(directory, 'one'), join(directory, 'none')]);
    expect(results.map((error) => (error as NodeJS.ErrnoException | undefined)?.code)).toEqual([
      undefined,
      'ENOENT',
    ]);
  });

  it('a thread that ends fails what it was asked, and the next batch starts another', async () => {
    const path = join(tempDirectory(), 'one');
    const batches = start();
    const failed = expect(batches.sync([path])).rejects.toThrow('ended');
    await batches.close();
    await failed;
    expect(await batches.writeWhole([fileAt(path, Uint8Array.of(1))])).toEqual([undefined]);
  });
});
