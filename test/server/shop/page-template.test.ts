/** The built page is read once, and again when it was built again. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hashOfSheet } from '../../../server/http/allow-sheets.ts';
import { html } from '../../../server/shop/html.ts';
import { PageTemplate } from '../../../server/shop/page-template.ts';

const FILLING = { head: html`head`, first: html`first`, rules: '', plain: html`plain` };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-template-'));
  mkdirSync(join(folder, 'assets'));
  build('one', 'a{}', new Date(1_000_000));
});
afterEach(() => rmSync(folder, { recursive: true }));

function build(name: string, sheet: string, at: Date): void {
  const file = join(folder, 'index.html');
  writeFileSync(
    file,
    `<!-- shop:head --><!-- /shop:head --><link rel="stylesheet" href="/assets/${name}.css">`,
  );
  utimesSync(file, at, at);
  writeFileSync(join(folder, 'assets', `${name}.css`), sheet);
}

it('what was read is kept for as long as the built page is the same file', async () => {
  const template = new PageTemplate(folder);
  await template.fill(FILLING);
  rmSync(join(folder, 'assets'), { recursive: true });
  expect(await template.fill({ ...FILLING, rules: 'b{}' })).toEqual({
    text: 'head<style>a{}</style><style>b{}</style>',
    sheetHashes: [hashOfSheet('a{}'), hashOfSheet('b{}')],
  });
});

it('a page that was built again is read again, also one of the same length', async () => {
  const template = new PageTemplate(folder);
  await template.fill(FILLING);
  build('two', 'c{}', new Date(2_000_000));
  expect((await template.fill(FILLING)).text).toBe('head<style>c{}</style>');
});

it('while a build has not written all, the page says that it is not built, and comes when it is', async () => {
  const template = new PageTemplate(folder);
  rmSync(join(folder, 'assets/one.css'));
  await expect(template.fill(FILLING)).rejects.toMatchObject({ code: 'storefront_not_built' });
  build('one', 'a{}', new Date(1_000_000));
  expect((await template.fill(FILLING)).text).toBe('head<style>a{}</style>');
});
