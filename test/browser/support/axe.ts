/** axe-core's rules on a page as it stands: WCAG 2.2 A and AA, and the project's best practices. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { overflow } from './overflow.ts';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export type ColourScheme = 'light' | 'dark';
const SCHEMES: readonly ColourScheme[] = ['light', 'dark'];
/** A narrow phone and a wide screen: each scheme and each width once, not each with each. */
const WINDOWS: Readonly<Record<ColourScheme, { width: number; height: number }>> = {
  light: { width: 320, height: 640 },
  dark: { width: 1920, height: 1080 },
};

/**
 * Fails with rule, element and reason of each violation, in light and in dark. Movement is taken off first: half-way
 * through a fade the contrast is nobody's.
 */
export async function expectNoViolations(page: Page): Promise<void> {
  await addAxe(page);
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violations(page), `axe-core, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** As {@link expectNoViolations}, in a narrow window and in a wide one, out of which nothing sticks either. */
export async function expectGoodInAnyWindow(page: Page): Promise<void> {
  const before = page.viewportSize();
  await addAxe(page);
  for (const colorScheme of SCHEMES) {
    await page.setViewportSize(WINDOWS[colorScheme]);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { width } = WINDOWS[colorScheme];
    expect(await violations(page), `axe-core, ${colorScheme}, ${width} pixels`).toEqual([]);
    expect(await overflow(page), `${width} pixels`).toBeLessThanOrEqual(0);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  if (before) await page.setViewportSize(before);
}

/** By the debugger, so the page's Content-Security-Policy may stay as it is. */
async function addAxe(page: Page): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(SOURCE);
}

function violations(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    // Not waited for: one that begins anew with each change of the page never says that it has finished.
    for (const animation of document.getAnimations())
      if (animation.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY) animation.finish();
    const { axe } = window as unknown as { axe: { run: () => Promise<AxeResults> } };
    const results = await axe.run();
    return results.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    );
  });
}
