import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tempDirectory } from '../../support/temp-directory.ts';
import { fair } from './sample-results.ts';
import { prepareFolder, tableOfReports, writeReport } from './write-report.ts';

test('a folder that can have no report is told before the run', () => {
  const file = path.join(tempDirectory(), 'file');
  writeFileSync(file, '');
  expect(() => prepareFolder(file)).toThrow(file);
  expect(() => prepareFolder(path.join(file, 'report'))).toThrow(file);
});

test('a table is made of the reports in folders below one; of none there is no table', () => {
  const folder = tempDirectory();
  expect(() => tableOfReports(folder)).toThrow(`no report.json in the folders below ${folder}`);
  writeReport(fair, path.join(folder, 'flash-sale'));
  expect(tableOfReports(folder)).toContain('| flash-sale | 1000 |');
});
