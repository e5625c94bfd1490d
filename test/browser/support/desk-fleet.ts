/** A fleet of two edges and a browser, for the tests of one file. */
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll } from 'vitest';
import { Fleet } from '../../support/fleet.ts';
import { PHOTOS } from './desk-page.ts';
import { launchBrowser } from './launch-browser.ts';

/** For one test: a photo is up to fifteen encodes, and the machine may be busy. */
export const PATIENCE_MS = 120_000;
/** Of photos that are there already: two rungs of the ladder, where the whole of it is not what is looked at. */
const WIDTH_PX = 400;
/** The tests name them. */
const EDGE_NAMES = ['alba', 'boca'];

export interface DeskFleet {
  readonly fleet: Fleet;
  readonly browser: Browser;
  /** @param count photos it has. @returns its id */
  product(title: string, count: number): Promise<string>;
}

export function deskFleet(): DeskFleet {
  const fleet = new Fleet();
  let browser: Browser | undefined;
  beforeAll(async () => {
    await fleet.startOrigin();
    await Promise.all(EDGE_NAMES.map((name) => fleet.startEdge({ name })));
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await fleet.close();
  });
  return {
    fleet,
    get browser() {
      return browser as Browser;
    },
    product: async (title, count) => {
      const id = await fleet.createProduct(title);
      for (const photo of PHOTOS.slice(0, count))
        await fleet.upload(id, new Uint8Array(await sharp(photo).resize(WIDTH_PX).jpeg().toBuffer()));
      return id;
    },
  };
}
