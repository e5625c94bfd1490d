/** axe-core's rules on a page as it stands: WCAG 2.2 A and AA, and the project's best practices. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export type ColourScheme = 'light' | 'dark';
const SCHEMES: readonly ColourScheme[] = ['light', 'dark'];

/**
 * Fails with rule, element and reason of each violation, in light and in dark. Movement is taken off first: half-way
 * through a fade the contrast is nobody's.
 */
export async function expectNoViolations(page: Page): Promise<void> {
  // By the debugger, so the page's Content-Security-Policy may stay as it is.
  await page.evaluate(SOURCE);
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violations(page), `axe-core, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

function violations(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY);
    await Promise.all(ending.map(({ finished }) => finished.catch(() => undefined)));
    const { axe } = window as unknown as { axe: { run: () => Promise<AxeResults> } };
    const results = await axe.run();
    return results.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    );
  });
}
