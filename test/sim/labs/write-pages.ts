/** Runs each command that a page of docs/labs names, and writes its table and the page's picture. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LABS } from './all-labs.ts';
import { chartSvg } from './chart.ts';
import type { LabResult } from './lab.ts';
import { withTables } from './page.ts';
import { markdownTable } from './table-text.ts';

/** `npm run` starts commands there. */
export const LAB_PAGES = path.resolve('docs/labs');

export const pageNames = (): readonly string[] =>
  readdirSync(LAB_PAGES).filter((file) => /^\d\d-[a-z-]+\.md$/.test(file));

export function runCommand(name: string, flags: readonly string[]): LabResult {
  const outcome = LABS.find((lab) => lab.name === name)?.run(flags);
  if (outcome?.type !== 'run') throw new Error(`no such command: npm run lab ${name} -- ${flags.join(' ')}`);
  return outcome.result;
}

export const pictureOf = (page: string): string =>
  path.join(LAB_PAGES, 'images', page.replace(/\.md$/, '.svg'));

export function writePages(): void {
  for (const page of pageNames()) {
    const file = path.join(LAB_PAGES, page);
    const text = withTables(readFileSync(file, 'utf8'), (name, flags) => {
      const result = runCommand(name, flags);
      if (flags.length === 0) writeFileSync(pictureOf(page), chartSvg(result.chart));
      console.log(`${page}: ${name} ${flags.join(' ')}: ${result.answer.holds ? 'so' : 'not so'}`);
      return markdownTable(result.table);
    });
    writeFileSync(file, text);
  }
}
