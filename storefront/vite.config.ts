import { defineConfig } from 'vite';

// The origin serves the result at `/`. No file is inlined: a strict Content-Security-Policy needs no exception.
export default defineConfig({
  base: '/',
  build: {
    outDir: '../dist/storefront',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
