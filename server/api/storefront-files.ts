/** The built shop. Its own routes all get index.html; anything else that is no file is a 404. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Router } from 'express';

/** dist/storefront of the package, whether this file runs from dist/ or from the sources. */
export function storefrontFolder(fromUrl: string = import.meta.url): string {
  let folder = dirname(fileURLToPath(fromUrl));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'dist', 'storefront');
}

/** Paths that the shop's own router understands (storefront/src/route.ts). */
const PAGES = ['/', '/product/:id'];
const NOT_BUILT = 'The storefront is not built. Run `npm run build`, then reload this page.\n';
/** Vite puts a content hash into these names. */
const HASHED_ASSET = /[/\\]assets[/\\]/;

export function storefrontFiles(folder: string): Router {
  const router = express.Router();
  router.use(
    express.static(folder, {
      index: false,
      redirect: false,
      dotfiles: 'ignore',
      setHeaders: (res, path) => {
        const cache = HASHED_ASSET.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
        res.setHeader('Cache-Control', cache);
      },
    }),
  );
  router.get(PAGES, (_req, res, next) => {
    res.set('Cache-Control', 'no-cache');
    res.sendFile('index.html', { root: folder, cacheControl: false }, (error) => {
      if (!error) return;
      if (res.headersSent || (error as NodeJS.ErrnoException).code !== 'ENOENT') next(error);
      else res.status(503).type('text/plain').send(NOT_BUILT);
    });
  });
  return router;
}
