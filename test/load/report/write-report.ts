/** Results and files. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type LoadResult, RESULT_FORMAT } from '../result.ts';
import { changesBetween, comparisonTable, differencesOfSetting } from './compare.ts';
import { htmlReport } from './html.ts';
import { markdownReport, markdownTable } from './markdown.ts';
import { scenariosTable } from './scenarios-table.ts';

/** Before a run that takes minutes, not after it. @throws Error when no report can be put there */
export function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  accessSync(folder, constants.W_OK);
}

/** Puts a result on disk, in three forms. @returns what is printed */
export function writeReport(result: LoadResult, folder: string): string {
  prepareFolder(folder);
  const markdown = markdownReport(result);
  const page = path.join(folder, 'index.html');
  writeFileSync(path.join(folder, 'report.json'), `${JSON.stringify(result)}\n`);
  writeFileSync(path.join(folder, 'report.md'), markdown);
  writeFileSync(page, htmlReport(result));
  return `${markdown}\n${page}`;
}

/** @throws Error for what is no result of this program */
export function readResult(file: string): LoadResult {
  const result = JSON.parse(readFileSync(file, 'utf8')) as Partial<LoadResult> | null;
  if (result?.format !== RESULT_FORMAT) throw new Error(`${file} is no report.json of this version`);
  return result as LoadResult;
}

/** @returns what is printed */
export function comparison(a: LoadResult, b: LoadResult): string {
  const settings = differencesOfSetting(a, b).map((line) => `- ${line}`);
  const table = markdownTable(comparisonTable(changesBetween(a, b)));
  return [...(settings.length > 0 ? ['Not the same runs:', ...settings, ''] : []), table].join('\n');
}

/** @param folder has a report in each of some folders below it. @returns what is printed */
export function tableOfReports(folder: string): string {
  const files = readdirSync(folder)
    .map((name) => path.join(folder, name, 'report.json'))
    .filter((file) => existsSync(file));
  if (files.length === 0) throw new Error(`no report.json in the folders below ${folder}`);
  return tableOf(files.map(readResult));
}

/** @returns what is printed */
export const tableOf = (results: readonly LoadResult[]): string => markdownTable(scenariosTable(results));
