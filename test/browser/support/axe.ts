/** axe-core finds nothing, in light and in dark. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { violationsOf } from './axe-violations.ts';

export type ColourScheme = 'light' | 'dark';
const SCHEMES: readonly ColourScheme[] = ['light', 'dark'];

/**
 * Fails with rule, element and reason of each violation, in light and in dark. Movement is taken off first: half-way
 * through a fade the contrast is nobody's.
 */
export async function expectNoViolations(page: Page): Promise<void> {
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violationsOf(page), `axe-core, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}
