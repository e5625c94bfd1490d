/** Writes a photo into the uploads folder while it is hashed and its type is judged by its first bytes. */
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { detectType, HEAD_BYTES, type SourceType } from './detect-type.ts';

export interface StoredUpload {
  readonly path: string;
  readonly sha256: Uint8Array;
  readonly type: SourceType;
  readonly bytes: number;
}

/** The file's name is random. Leaves no file when it fails. @throws UserError of {@link detectType}; the stream's or the disk's error */
export async function storeUpload(folder: string, stream: Readable): Promise<StoredUpload> {
  const path = join(folder, randomBytes(16).toString('hex'));
  const judge = createJudge();
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(stream, judge.stream, file);
    return { path, ...judge.result() };
  } catch (error) {
    // A photo refused by its first bytes: the file may still be about to be made.
    await closed(file);
    await rm(path, { force: true });
    throw error;
  }
}

function closed(file: WriteStream): Promise<void> {
  return file.closed ? Promise.resolve() : new Promise((resolve) => file.once('close', () => resolve()));
}

interface Judge {
  readonly stream: Transform;
  result(): Omit<StoredUpload, 'path'>;
}

/** Passes bytes on while it hashes them; fails as soon as the first ones show that this is no photo. */
function createJudge(): Judge {
  const hash = createHash('sha256');
  let head = Buffer.alloc(0);
  let bytes = 0;
  let type: SourceType | undefined;
  const judgeHead = () => {
    type ??= detectType(head);
  };
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      try {
        if (head.length < HEAD_BYTES) {
          head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
          if (head.length === HEAD_BYTES) judgeHead();
        }
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      try {
        judgeHead();
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  return { stream, result: () => ({ sha256: hash.digest(), type: type as SourceType, bytes }) };
}
