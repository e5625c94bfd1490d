/** Puts a result on disk, in three forms. @returns what is printed */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LoadResult } from '../result.ts';
import { markdownReport } from './markdown.ts';

export function writeReport(result: LoadResult, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const markdown = markdownReport(result);
  writeFileSync(path.join(folder, 'report.json'), `${JSON.stringify(result)}\n`);
  writeFileSync(path.join(folder, 'report.md'), markdown);
  return markdown;
}
