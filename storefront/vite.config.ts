import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

/** Each page is a document of its own, so that the shop's first load carries nothing of the others. */
const pages = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.html'))
  .map((name) => [name.slice(0, -'.html'.length), join(import.meta.dirname, name)]);
/** At the root, so that its scope is the whole shop, and under a name that stays. */
const SERVICE_WORKER = 'sw';

// The origin serves the result at `/`. No file is inlined: a strict Content-Security-Policy needs no exception.
export default defineConfig({
  base: '/',
  build: {
    outDir: '../dist/storefront',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        ...Object.fromEntries(pages),
        [SERVICE_WORKER]: join(import.meta.dirname, 'src/worker/sw.ts'),
      },
      output: {
        // One file for all that pages share: on a slow phone each further connection costs two round trips.
        codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
        entryFileNames: ({ name }) => (name === SERVICE_WORKER ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
