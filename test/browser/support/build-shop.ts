/** The shop as it is shipped, built into a folder of the test's own. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const STOREFRONT = fileURLToPath(new URL('../../../storefront', import.meta.url));

export async function buildShop(outDir: string): Promise<void> {
  await build({
    root: STOREFRONT,
    configFile: `${STOREFRONT}/vite.config.ts`,
    mode: 'production',
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
  });
}
