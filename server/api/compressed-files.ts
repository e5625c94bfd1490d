/** Scripts and style sheets of the built pages, compressed: the bulk of a first visit. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestHandler } from 'express';
import { EncodedBody } from '../http/encoded-body.ts';
import { sendVersioned } from '../http/send-versioned.ts';

const TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' } as const;
/** At the root or in `assets/`, where the build puts a hash of the content into the name; nothing else is looked for. */
const FILE = /^\/(assets\/)?[A-Za-z0-9_-][A-Za-z0-9._-]*\.(js|css)$/;
export const HASHED_CACHE = 'public, max-age=31536000, immutable';

interface KeptFile {
  readonly modifiedMs: number;
  readonly body: EncodedBody;
}

/** Leaves to the next handler what is no such file. */
export function compressedFiles(folder: string): RequestHandler {
  const kept = new Map<string, KeptFile>();
  const read = async (path: string): Promise<KeptFile | undefined> => {
    const file = join(folder, path);
    const modifiedMs = (await stat(file).catch(() => undefined))?.mtimeMs;
    if (modifiedMs === undefined) return undefined;
    const before = kept.get(path);
    if (before?.modifiedMs === modifiedMs) return before;
    const fresh = { modifiedMs, body: new EncodedBody(await readFile(file)) };
    kept.set(path, fresh);
    return fresh;
  };
  return async function sendCompressed(req, res, next) {
    const match = req.method === 'GET' || req.method === 'HEAD' ? FILE.exec(req.path) : null;
    const file = match === null ? undefined : await read(req.path);
    if (match === null || file === undefined) return next();
    const { body, modifiedMs } = file;
    await sendVersioned(req, res, {
      body,
      version: `${modifiedMs}-${body.plain.length}`,
      type: TYPES[match[2] as keyof typeof TYPES],
      cache: match[1] === undefined ? 'no-cache' : HASHED_CACHE,
    });
  };
}
