/** The shop's service worker: what it keeps must never stand in a shopper's way. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { skipReason } from './support/launch-browser.ts';
import { expectEveryImageDecoded, expectFromEdges } from './support/shop-page.ts';
import { useFullShop } from './support/shop-site.ts';
import { failWhenAsked } from './support/small-fleet.ts';

describe.skipIf(skipReason)(`the service worker${skipReason ? ` (${skipReason})` : ''}`, () => {
  const site = useFullShop();

  /** A page without photos, whose requests the worker answers. */
  const openWithWorker = async (): Promise<Page> => {
    const { page } = await site.open('/bag', { viewport: { width: 700, height: 500 } });
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    return page;
  };
  const openList = (page: Page) => page.goto(`${site.origin().url}/`);

  it('storage that fails keeps nothing, and the shop is as it would be without it', async () => {
    const page = await openWithWorker();
    const [worker] = page.context().serviceWorkers();
    await worker!.evaluate(() => {
      caches.open = () => Promise.reject(new DOMException('Unexpected internal error.', 'UnknownError'));
    });
    await openList(page);
    expectFromEdges(await expectEveryImageDecoded(page));
  });

  it('an image that the page left is let go at the edge that stalls', async () => {
    const page = await openWithWorker();
    const stalled = failWhenAsked(site.edges(), 'stalled');
    await openList(page);
    const counts = expectFromEdges(await expectEveryImageDecoded(page));
    expect(counts.get(stalled().name)).toBeUndefined();
    await expect.poll(() => stalled().waiting).toBe(0);
  });

  it('bytes that are no image are not kept: another node is asked', async () => {
    const page = await openWithWorker();
    const rubbish = failWhenAsked(site.edges(), 'rubbish');
    await openList(page);
    const sources = (await expectEveryImageDecoded(page)).map(({ source }) => source);
    expect(sources).not.toContain(rubbish().name);
  });

  it('a server that fails is an origin that is down: what was kept is shown', async () => {
    const page = await openWithWorker();
    await openList(page);
    await page.locator('.card').first().waitFor();
    await page.waitForFunction(async () => {
      const kept = await (await caches.open('shoal-pages-1')).keys();
      return kept.some(({ url }) => url.endsWith('/api/products'));
    });
    site.origin().catalogDown = true;
    await page.reload();
    await expectEveryImageDecoded(page);
  });
});
