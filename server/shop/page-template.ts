/** The built page with places to fill. Its style sheets go into it: the first paint waits for nothing else. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { hashOfSheet } from '../http/allow-sheets.ts';
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
  /** Of the style sheets that stand in it, as a policy names them. */
  readonly sheetHashes: readonly string[];
}

interface BuiltPage {
  /** Modification time and size: what it was built from. */
  readonly version: string;
  /** Its style sheets are taken out. */
  readonly page: string;
  readonly sheet: string;
  readonly sheetHash: string;
}

/** Read anew when the built page changes. Its style sheets change with it: their names are hashes of their content. */
export class PageTemplate {
  readonly #folder: string;
  #built: BuiltPage | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws UserError `storefront_not_built` (503) */
  async fill({ head, first, rules, plain }: Filling): Promise<FilledPage> {
    const { page, sheet, sheetHash } = await this.#read();
    const styles = [sheet, rules].map((each) => (each === '' ? '' : `<style>${each}</style>`)).join('');
    // By function: `$` in a title is no reference.
    const text = page
      .replace(HEAD, () => head.text + styles)
      .replace(FIRST, () => first.text)
      .replace(PLAIN, () => plain.text);
    return { text, sheetHashes: rules === '' ? [sheetHash] : [sheetHash, hashOfSheet(rules)] };
  }

  async #read(): Promise<BuiltPage> {
    const file = join(this.#folder, 'index.html');
    const { mtimeMs, size } = await stat(file).catch(notBuilt);
    const version = `${mtimeMs}-${size}`;
    if (this.#built?.version === version) return this.#built;
    const page = await readFile(file, 'utf8').catch(notBuilt);
    const sheets = [...page.matchAll(SHEET)].map(([, name]) => join(this.#folder, name as string));
    const texts = await Promise.all(sheets.map((path) => readFile(path, 'utf8').catch(notBuilt)));
    const sheet = texts.join('');
    this.#built = { version, page: page.replaceAll(SHEET, ''), sheet, sheetHash: hashOfSheet(sheet) };
    return this.#built;
  }
}

function notBuilt(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOENT') throw error;
  throw new UserError(
    'storefront_not_built',
    503,
    'The storefront is not built. Run `npm run build`, then reload this page.',
  );
}
