/** Runs each command that a page of docs/labs or docs/COST.md names, and writes its table and the page's picture. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { labNamed } from './all-labs.ts';
import { chartSvg } from './chart.ts';
import type { LabResult } from './lab.ts';
import { withTables } from './page.ts';
import { markdownTable } from './table-text.ts';

/** `npm run` starts commands there. */
export const LAB_PAGES = path.resolve('docs/labs');

export const COST_PAGE = path.resolve('docs/COST.md');

export const pageNames = (): readonly string[] =>
  readdirSync(LAB_PAGES).filter((file) => /^\d\d-[a-z-]+\.md$/.test(file));

export function runCommand(name: string, flags: readonly string[]): LabResult {
  const outcome = labNamed(name)?.run(flags);
  if (outcome?.type !== 'run') throw new Error(`no such command: npm run lab ${name} -- ${flags.join(' ')}`);
  return outcome.result;
}

export const pictureOf = (page: string): string =>
  path.join(LAB_PAGES, 'images', page.replace(/\.md$/, '.svg'));

export function writePages(): void {
  for (const page of pageNames()) writePage(path.join(LAB_PAGES, page), pictureOf(page));
  writePage(COST_PAGE);
}

/** @param picture of the command without flags; undefined: the page has none */
function writePage(file: string, picture?: string): void {
  const text = withTables(readFileSync(file, 'utf8'), (name, flags) => {
    const result = runCommand(name, flags);
    if (picture !== undefined && flags.length === 0) writeFileSync(picture, chartSvg(result.chart));
    console.log(
      `${path.basename(file)}: ${name} ${flags.join(' ')}: ${result.answer.holds ? 'so' : 'not so'}`,
    );
    return markdownTable(result.table);
  });
  writeFileSync(file, text);
}
