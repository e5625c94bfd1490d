/** The shop in a real browser against a real origin and real edges, one of which dies while somebody browses. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyEdgeHas, Fleet, PROJECT, type RunningNode } from '../support/fleet.ts';
import { launchBrowser, skipReason } from './support/launch-browser.ts';
import {
  expectEveryImageDecoded,
  expectFromEdges,
  expectNoBrokenImage,
  expectNoLayoutShift,
  openProduct,
  openShop,
} from './support/shop-page.ts';

const PHOTOS = path.join(PROJECT, 'server/demo/photos');
const NAMES = ['alba', 'boca', 'cala'];

describe.skipIf(skipReason)(`the shop of a real fleet${skipReason ? ` (${skipReason})` : ''}`, () => {
  const fleet = new Fleet();
  let browser: Browser;
  let edges: readonly RunningNode[];

  beforeAll(async () => {
    await fleet.startOrigin();
    edges = await Promise.all(NAMES.map((name) => fleet.startEdge({ name })));
    const photos = readdirSync(PHOTOS).filter((file) => file.endsWith('.jpg'));
    for (const file of photos) {
      const product = await fleet.createProduct(file.replace('.jpg', ''));
      await fleet.upload(product, new Uint8Array(await readFile(path.join(PHOTOS, file))));
    }
    await everyEdgeHas(edges, photos.length);
    browser = await launchBrowser();
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await fleet.close();
  });

  it('every image is decoded, in its box, and from an edge', async () => {
    const shop = await openShop(browser, fleet.origin.url);
    const images = await expectEveryImageDecoded(shop.page);
    const counts = expectFromEdges(images);
    expect(images).toHaveLength(10);
    for (const name of counts.keys()) expect(NAMES).toContain(name);
    for (const { url } of images)
      expect(edges.some((edge) => url.startsWith(`${edge.url}/images/`))).toBe(true);
    await expectNoLayoutShift(shop.page);
    expect(shop.problems).toEqual([]);
    await shop.close();
  });

  it('kill -9 of an edge while somebody browses: no image breaks, and the others give what it gave', async () => {
    const shop = await openShop(browser, fleet.origin.url);
    const before = expectFromEdges(await expectEveryImageDecoded(shop.page));
    const [busiest] = [...before].sort((a, b) => b[1] - a[1])[0] as [string, number];
    const victim = edges[NAMES.indexOf(busiest)] as RunningNode;
    await victim.kill('SIGKILL');
    for (const title of ['stream', 'bowl']) {
      await openProduct(shop.page, title);
      await expectNoBrokenImage(shop.page);
      for (const { url } of await expectEveryImageDecoded(shop.page)) expect(url).not.toContain(victim.url);
      await shop.page.goBack();
      await expectEveryImageDecoded(shop.page);
    }
    const fresh = await openShop(browser, fleet.origin.url);
    const after = expectFromEdges(await expectEveryImageDecoded(fresh.page));
    expect([...after.keys()]).not.toContain(busiest);
    expect([shop.problems, fresh.problems]).toEqual([[], []]);
    await shop.close();
    await fresh.close();
  });

  it('with every edge dead the origin itself is the last resort', async () => {
    await Promise.all(edges.map((edge) => edge.kill('SIGKILL')));
    const shop = await openShop(browser, fleet.origin.url);
    const images = await expectEveryImageDecoded(shop.page);
    expect(new Set(images.map(({ source }) => source))).toEqual(new Set(['origin']));
    expect(shop.problems).toEqual([]);
    await shop.close();
  });
});
