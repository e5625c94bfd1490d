/** The desk in a real browser: what a merchant does there. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Image, Product } from '../../../shared/api-types/catalog.ts';
import { ADMIN_TOKEN, type Fleet, PROJECT } from '../../support/fleet.ts';
import { openShop, type ShopPage } from './shop-page.ts';

const PHOTO_FOLDER = path.join(PROJECT, 'server/demo/photos');
/** Ten real photos. */
export const PHOTOS = readdirSync(PHOTO_FOLDER)
  .filter((file) => file.endsWith('.jpg'))
  .map((file) => path.join(PHOTO_FOLDER, file));

/** The machine may be busy; what is missing is told by its own name, before the test's time is over. */
const WAIT_LIMIT_MS = 15_000;

/** @param at page of the desk, from `/desk` on. @param origin default: the fleet's */
export async function openDesk(
  browser: Browser,
  fleet: Fleet,
  options: BrowserContextOptions & { readonly at?: string; readonly origin?: string } = {},
): Promise<ShopPage> {
  const { at = '/desk', origin = fleet.origin.url, ...context } = options;
  const desk = await openShop(browser, `${origin}${at}`, context);
  desk.page.setDefaultTimeout(WAIT_LIMIT_MS);
  await signIn(desk.page, ADMIN_TOKEN);
  await desk.page.getByRole('button', { name: 'Sign out' }).waitFor();
  return desk;
}

export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Admin token').fill(token);
  await page.keyboard.press('Enter');
}

export async function addPhotos(
  page: Page,
  files: string[] | { name: string; mimeType: string; buffer: Buffer }[],
): Promise<void> {
  await page.getByLabel('Photos to add').setInputFiles(files);
}

/** Names of the rows, as they stand. */
export function uploadNames(page: Page): Promise<string[]> {
  return page.locator('.upload__name').allTextContents();
}

/** Waits until so many rows are in this state. */
export async function uploadsIn(page: Page, state: string, count: number): Promise<void> {
  await page.waitForFunction(
    ([kind, wanted]) => document.querySelectorAll(`.upload[data-state="${kind}"]`).length === wanted,
    [state, count] as const,
    { timeout: 60_000 },
  );
}

export async function productTitled(fleet: Fleet, title: string): Promise<Product[]> {
  return (await fleet.products()).products.filter((product) => product.title === title);
}

export async function imagesOf(fleet: Fleet, productId: string): Promise<readonly Image[]> {
  const { products } = await fleet.products();
  return products.find(({ id }) => id === productId)?.images ?? [];
}

/** Presses Tab until what has the focus is named so. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let press = 0; press < 60; press++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
      return element?.getAttribute('aria-label') ?? label ?? element?.textContent?.trim() ?? '';
    });
    if (typeof name === 'string' ? focused === name : name.test(focused)) return;
  }
  throw new Error(`no element named ${name} within 60 presses of Tab`);
}

export const deskPath = (productId: string): string => `/desk/product/${productId}`;

export const photo = (index: number): string => PHOTOS[index] as string;

export function tileIds(page: Page): Promise<string[]> {
  return page
    .locator('.tile')
    .evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('data-image-id') ?? ''));
}
