import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

/** Each page is a document of its own, so that the shop's first load carries nothing of the others. */
const pages = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.html'));

// The origin serves the result at `/`. No file is inlined: a strict Content-Security-Policy needs no exception.
export default defineConfig({
  base: '/',
  build: {
    outDir: '../dist/storefront',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: pages.map((name) => join(import.meta.dirname, name)) },
  },
});
