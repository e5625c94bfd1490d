/**
 * Processes that tests start run as JavaScript: Node 20 does not read TypeScript. This compiles a module and what
 * it imports of the project into one file, from the sources as they are now, in some 50 ms.
 */

import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Below node_modules, so that the compiled file finds its packages. */
const FOLDER = join(ROOT, 'node_modules', '.cache', 'shoal-tests');

export interface Compiled {
  /** Path of the compiled module. */
  readonly path: string;
  remove(): Promise<void>;
}

/** @param entry path from the project's root: `server/ingest/worker/main.ts` */
export async function compile(entry: string): Promise<Compiled> {
  mkdirSync(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, 'compiled-'));
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'silent',
    publicDir: false,
    ssr: { target: 'node', external: true },
    build: {
      ssr: join(ROOT, entry),
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'main.mjs', format: 'es' } },
    },
  });
  return { path: join(folder, 'main.mjs'), remove: () => rm(folder, { recursive: true, force: true }) };
}
