/** The built page with places to fill. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import type { Html } from './html.ts';

/** What the build left between these is for a page that nobody fills. */
const HEAD = /<!-- shop:head -->[\s\S]*?<!-- \/shop:head -->/;
const PLAIN = /<!-- shop:plain -->[\s\S]*?<!-- \/shop:plain -->/;

export interface Filling {
  readonly head: Html;
  /** For those without script. */
  readonly plain: Html;
}

/** @throws UserError `storefront_not_built` (503) */
export async function fillPage(folder: string, { head, plain }: Filling): Promise<string> {
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch(notBuilt);
  // By function: `$` in a title is no reference.
  return page.replace(HEAD, () => head.text).replace(PLAIN, () => plain.text);
}

function notBuilt(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOENT') throw error;
  throw new UserError(
    'storefront_not_built',
    503,
    'The storefront is not built. Run `npm run build`, then reload this page.',
  );
}
