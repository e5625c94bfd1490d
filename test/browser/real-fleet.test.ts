/** The shop in a real browser against a real origin and real edges, one of which dies while somebody browses. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT, type RunningNode } from '../support/fleet.ts';
import { skipReason } from './support/launch-browser.ts';
import {
  expectEveryImageDecoded,
  expectFromEdges,
  expectNoBrokenImage,
  expectNoLayoutShift,
  openProduct,
  openShop,
} from './support/shop-page.ts';
import { samplePhoto, useFleet } from './support/use-fleet.ts';

const PHOTOS = path.join(PROJECT, 'server/demo/photos');
const NAMES = ['alba', 'boca', 'cala'];

describe.skipIf(skipReason)(`the shop of a real fleet${skipReason ? ` (${skipReason})` : ''}`, () => {
  // As they are: a product's page wants a wider rendition than the grid, which is kept from an edge that may be dead.
  const shown = useFleet(NAMES, async (fleet) => {
    const photos = readdirSync(PHOTOS).filter((file) => file.endsWith('.jpg'));
    for (const file of photos) {
      const product = await fleet.createProduct(file.replace('.jpg', ''));
      await fleet.upload(product, await samplePhoto(file));
    }
    return photos.length;
  });

  it('every image is decoded, in its box, and from an edge', async () => {
    const shop = await openShop(shown.browser, shown.fleet.origin.url);
    const images = await expectEveryImageDecoded(shop.page);
    const counts = expectFromEdges(images);
    expect(images).toHaveLength(10);
    for (const name of counts.keys()) expect(NAMES).toContain(name);
    for (const { url } of images)
      expect(shown.edges.some((edge) => url.startsWith(`${edge.url}/images/`))).toBe(true);
    await expectNoLayoutShift(shop.page);
    expect(shop.problems).toEqual([]);
    await shop.close();
  });

  it('kill -9 of an edge while somebody browses: no image breaks, and the others give what it gave', async () => {
    const shop = await openShop(shown.browser, shown.fleet.origin.url);
    const before = expectFromEdges(await expectEveryImageDecoded(shop.page));
    const [busiest] = [...before].sort((a, b) => b[1] - a[1])[0] as [string, number];
    const victim = shown.edges[NAMES.indexOf(busiest)] as RunningNode;
    await victim.kill('SIGKILL');
    for (const title of ['stream', 'bowl']) {
      await openProduct(shop.page, title);
      await expectNoBrokenImage(shop.page);
      for (const { url } of await expectEveryImageDecoded(shop.page)) expect(url).not.toContain(victim.url);
      await shop.page.goBack();
      await expectEveryImageDecoded(shop.page);
    }
    const fresh = await openShop(shown.browser, shown.fleet.origin.url);
    const after = expectFromEdges(await expectEveryImageDecoded(fresh.page));
    expect([...after.keys()]).not.toContain(busiest);
    expect([shop.problems, fresh.problems]).toEqual([[], []]);
    await shop.close();
    await fresh.close();
  });

  it('with every edge dead the origin itself is the last resort', async () => {
    await Promise.all(shown.edges.map((edge) => edge.kill('SIGKILL')));
    const shop = await openShop(shown.browser, shown.fleet.origin.url);
    const images = await expectEveryImageDecoded(shop.page);
    expect(new Set(images.map(({ source }) => source))).toEqual(new Set(['origin']));
    expect(shop.problems).toEqual([]);
    await shop.close();
  });
});
