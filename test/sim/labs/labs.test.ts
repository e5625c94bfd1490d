/** The pages of docs/labs say what their commands print. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARITHMETIC, LABS, labNamed } from './all-labs.ts';
import { chartSvg } from './chart.ts';
import { tablesOf } from './page.ts';
import { markdownTable } from './table-text.ts';
import { COST_PAGE, LAB_PAGES, pageNames, pictureOf, runCommand } from './write-pages.ts';

const read = (page: string) => readFileSync(path.join(LAB_PAGES, page), 'utf8');

describe('labs', () => {
  it('each has a page, in this order, and the index names them all', () => {
    const index = read('README.md');
    expect(pageNames().map((page) => tablesOf(read(page))[0]?.lab)).toEqual(LABS.map(({ name }) => name));
    for (const page of pageNames()) expect(index).toContain(`(${page})`);
    expect(readdirSync(path.join(LAB_PAGES, 'images')).length).toBe(pageNames().length);
  });

  for (const page of pageNames()) {
    it(`${page}: the answer of the bet holds; tables and picture are what the commands make`, {
      timeout: 120_000,
    }, () => {
      const text = read(page);
      expect(text).toContain(`(images/${path.basename(pictureOf(page))})`);
      for (const { lab, flags, text: written } of tablesOf(text)) {
        const result = runCommand(lab, flags);
        expect(written, `npm run lab pages; ${lab} ${flags.join(' ')}`).toBe(markdownTable(result.table));
        if (flags.length > 0) continue;
        expect(result.answer.holds, result.answer.claim).toBe(true);
        expect(readFileSync(pictureOf(page), 'utf8')).toBe(chartSvg(result.chart));
      }
    });
  }

  it('docs/COST.md: its tables are what the commands print, and the swarm pays', () => {
    const tables = tablesOf(readFileSync(COST_PAGE, 'utf8'));
    expect(new Set(tables.map(({ lab }) => lab))).toEqual(new Set(ARITHMETIC.map(({ name }) => name)));
    for (const { lab, flags, text: written } of tables) {
      const { table, answer } = runCommand(lab, flags);
      expect(written, `npm run lab pages; ${lab} ${flags.join(' ')}`).toBe(markdownTable(table));
      if (flags.length === 0) expect(answer.holds, answer.claim).toBe(true);
    }
  });

  it('a flag that a lab does not know is told, and runs nothing', () => {
    const outcome = LABS[0]?.run(['--leecher', '3']);
    expect(outcome).toMatchObject({ type: 'wrong' });
  });

  it('a piece length that is no power of two is a wrong value, told in a line', () => {
    const outcome = labNamed('poison')?.run(['--piece-kib', '100']);
    expect(outcome).toMatchObject({ type: 'wrong', message: expect.stringContaining('a power of two') });
  });

  it('the variables that --help names are read', () => {
    const help = LABS[0]?.run(['--help']);
    expect(help).toMatchObject({ type: 'print', text: expect.stringContaining('SHOAL_LEECHERS') });
    const outcome = LABS[0]?.run([], { SHOAL_LEECHERS: 'three' });
    expect(outcome).toMatchObject({
      type: 'wrong',
      message: expect.stringContaining('SHOAL_LEECHERS wants'),
    });
  });
});
