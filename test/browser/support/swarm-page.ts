/** What can be done and seen on the swarm page, whatever it watches. */
import { createHash } from 'node:crypto';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { openShop, type ShopPage } from './shop-page.ts';

const SHOWN_WITHIN_MS = 20_000;
const CANVAS = '.swarm__stage canvas';

/** @param search what the address says; opened when there is something to show */
export async function openSwarm(
  browser: Browser,
  originUrl: string,
  search: string,
  options: BrowserContextOptions = {},
): Promise<ShopPage> {
  const opened = await openShop(browser, `${originUrl}/swarm${search}`, options);
  await opened.page
    .locator('.time-bar__play:not([disabled])')
    .waitFor({ state: 'visible', timeout: SHOWN_WITHIN_MS });
  return opened;
}

/** The moment that the canvas shows. */
export function shownMs(page: Page): Promise<number> {
  return page.locator(CANVAS).evaluate((canvas) => Number((canvas as HTMLCanvasElement).dataset.atMs));
}

export async function seek(page: Page, ms: number): Promise<void> {
  await page.getByRole('slider', { name: 'Time line' }).evaluate((slider, value) => {
    (slider as HTMLInputElement).value = String(value);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  }, ms);
  await expect.poll(() => shownMs(page)).toBe(ms);
}

/** A digest of all pixels of the picture. */
export async function pixels(page: Page): Promise<string> {
  const image = await page.locator(CANVAS).evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  return createHash('sha256').update(image).digest('hex');
}

/** The picture in words: a sentence for each node and link. */
export async function sentences(page: Page): Promise<string[]> {
  const words = page.locator('.words');
  if ((await words.getAttribute('open')) === null) await words.locator('summary').click();
  // The table is filled after the toggle event, which the browser sends later than the click.
  await words.locator('button').first().waitFor();
  return words.locator('button').allTextContents();
}

/** Where a node stands on the page. */
export async function nodeCentre(page: Page, name: string): Promise<{ x: number; y: number }> {
  const box = await nodeButton(page, name).boundingBox();
  if (box === null) throw new Error(`no node ${name} in the picture`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

export const nodeButton = (page: Page, name: string) =>
  page.locator(`.swarm__mark-button[aria-label="${name}"]`);

export const says = (page: Page): Promise<string> =>
  page
    .locator('#swarm-says')
    .textContent()
    .then((text) => text ?? '');

/** Runs that are kept, by their names. */
export const branchNames = (page: Page): Promise<string[]> =>
  page.locator('.branches button').allTextContents();
