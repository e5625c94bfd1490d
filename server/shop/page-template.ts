/** The built page with places to fill. Its style sheets go into it: the first paint waits for nothing else. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import type { Html } from './html.ts';

/** What the build left between these is for a page that nobody fills. */
const HEAD = /<!-- shop:head -->[\s\S]*?<!-- \/shop:head -->/;
const FIRST = /<!-- shop:first -->[\s\S]*?<!-- \/shop:first -->/;
const PLAIN = /<!-- shop:plain -->[\s\S]*?<!-- \/shop:plain -->/;
const SHEET = /\s*<link rel="stylesheet"[^>]* href="\/(assets\/[\w.-]+)"[^>]*>/g;

export interface Filling {
  readonly head: Html;
  /** What is seen before the script is there. */
  readonly first: Html;
  /** Style rules of this page alone. */
  readonly rules: string;
  /** For those without script. */
  readonly plain: Html;
}

export interface FilledPage {
  readonly text: string;
  /** The style sheets that stand in it. */
  readonly sheets: readonly string[];
}

/** @throws UserError `storefront_not_built` (503) */
export async function fillPage(folder: string, filling: Filling): Promise<FilledPage> {
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch(notBuilt);
  const files = [...page.matchAll(SHEET)].map((match) => match[1] as string);
  const built = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8').catch(notBuilt)));
  const sheets = [built.join(''), filling.rules].filter((sheet) => sheet !== '');
  const styles = sheets.map((sheet) => `<style>${sheet}</style>`).join('');
  // By function: `$` in a title is no reference.
  const text = page
    .replaceAll(SHEET, '')
    .replace(HEAD, () => filling.head.text + styles)
    .replace(FIRST, () => filling.first.text)
    .replace(PLAIN, () => filling.plain.text);
  return { text, sheets };
}

function notBuilt(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOENT') throw error;
  throw new UserError(
    'storefront_not_built',
    503,
    'The storefront is not built. Run `npm run build`, then reload this page.',
  );
}
