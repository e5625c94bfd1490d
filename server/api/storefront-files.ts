/**
 * The built files. Each page but the shop's (server/shop) stands at its name (`desk.html` at `/desk`, and at whatever
 * comes below it); anything else that is no file is a 404.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Response, type Router } from 'express';
import { compressedFiles, HASHED_CACHE } from './compressed-files.ts';

/** dist/storefront of the package, whether this file runs from dist/ or from the sources. */
export function storefrontFolder(fromUrl: string = import.meta.url): string {
  let folder = dirname(fileURLToPath(fromUrl));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'dist', 'storefront');
}

const SHOP = 'index.html';
const NOT_BUILT = 'The storefront is not built. Run `npm run build`, then reload this page.\n';
/** Vite puts a content hash into these names. */
const HASHED_ASSET = /[/\\]assets[/\\]/;

export function storefrontFiles(folder: string): Router {
  const router = express.Router();
  router.use(compressedFiles(folder));
  router.use(
    express.static(folder, {
      index: false,
      redirect: false,
      dotfiles: 'ignore',
      setHeaders: (res, path) => {
        const cache = HASHED_ASSET.test(path) ? HASHED_CACHE : 'no-cache';
        res.setHeader('Cache-Control', cache);
      },
    }),
  );
  for (const page of otherPages(folder))
    router.get([`/${page}`, `/${page}/*rest`], (_req, res, next) =>
      sendPage(folder, `${page}.html`, res, next),
    );
  return router;
}

function otherPages(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.html') && name !== SHOP)
    .map((name) => name.slice(0, -'.html'.length));
}

function sendPage(folder: string, file: string, res: Response, next: (error: unknown) => void): void {
  res.set('Cache-Control', 'no-cache');
  res.sendFile(file, { root: folder, cacheControl: false }, (error) => {
    if (!error) return;
    if (res.headersSent || (error as NodeJS.ErrnoException).code !== 'ENOENT') next(error);
    else res.status(503).type('text/plain').send(NOT_BUILT);
  });
}
