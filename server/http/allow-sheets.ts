/** Style sheets that stand in a page, under a policy that allows no style in it. */
import { createHash } from 'node:crypto';
import type { Response } from 'express';

const POLICY = 'Content-Security-Policy';

/** As a policy names a style sheet (CSP 3, section 2.3.1). */
export function hashOfSheet(sheet: string): string {
  return `'sha256-${createHash('sha256').update(sheet).digest('base64')}'`;
}

/** Allows exactly those: others, and style attributes, stay forbidden. */
export function allowSheets(res: Response, hashes: readonly string[]): void {
  const policy = res.get(POLICY);
  if (policy === undefined) return;
  res.set(
    POLICY,
    policy.replace(/style-src [^;]*/, (allowed) => `${allowed} ${hashes.join(' ')}`),
  );
}
