/** multer's storage for photos. The name and type the client gave are never looked at. */
import { rm } from 'node:fs/promises';
import { finished, PassThrough, type Readable } from 'node:stream';
import type { StorageEngine } from 'multer';
import { storeUpload } from '../ingest/store-upload.ts';

export function createUploadStorage(folder: string): StorageEngine {
  return {
    _handleFile(req, file, callback) {
      // busboy lets go of a file that is over its limit: when the request ends there, nobody ends the file.
      req.once('close', () => {
        if (!req.complete) file.stream.destroy(new Error('Request closed'));
      });
      storeUpload(folder, apart(file.stream)).then(
        (stored) => callback(null, stored as Partial<Express.Multer.File>),
        (error: unknown) => callback(error),
      );
    },
    _removeFile(_req, file, callback) {
      // multer also asks for the removal of files that were refused before they had a path.
      if (file.path === undefined) callback(null);
      else rm(file.path, { force: true }).then(() => callback(null), callback);
    },
  };
}

/**
 * What a photo is written from. multer answers as soon as its own stream fails (2.5.0), when the file may still be
 * there; so that one is read to its end, and only the callback tells.
 */
function apart(stream: Readable): Readable {
  const own = new PassThrough();
  finished(stream, { writable: false }, (error) => {
    if (error) own.destroy(error);
  });
  own.once('close', () => stream.resume());
  return stream.pipe(own);
}
