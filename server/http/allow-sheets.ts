/** Style sheets that stand in a page, under a policy that allows no style in it. */
import { createHash } from 'node:crypto';
import type { Response } from 'express';

const POLICY = 'Content-Security-Policy';

/** Allows exactly these, by their hashes (CSP 3, section 2.3.1): others, and style attributes, stay forbidden. */
export function allowSheets(res: Response, sheets: readonly string[]): void {
  const policy = res.get(POLICY);
  if (policy === undefined || sheets.length === 0) return;
  const hashes = sheets.map((sheet) => `'sha256-${createHash('sha256').update(sheet).digest('base64')}'`);
  res.set(
    POLICY,
    policy.replace(/style-src [^;]*/, (allowed) => `${allowed} ${hashes.join(' ')}`),
  );
}
