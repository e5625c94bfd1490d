/** The desk's list of products in a real browser, while others change it: nobody has to load the page again. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { authorization } from '../support/fleet.ts';
import { deskFleet, PATIENCE_MS } from './support/desk-fleet.ts';
import { deskPath, openDesk } from './support/desk-page.ts';
import { skipReason } from './support/launch-browser.ts';

const LIST = /\/admin\/products$/;

describe.skipIf(skipReason)(
  `the desk's list${skipReason ? ` (${skipReason})` : ''}`,
  { timeout: PATIENCE_MS },
  () => {
    const desks = deskFleet();
    const titles = (page: Page) => page.locator('.product-row__title').allTextContents();
    const retitle = (id: string, title: string) =>
      fetch(`${desks.fleet.origin.url}/admin/products/${id}`, {
        method: 'PATCH',
        headers: { ...authorization(), 'content-type': 'application/json' },
        body: JSON.stringify({ title }),
      });

    it('whoever comes back to it, by Back or from another window, sees what another desk did', async () => {
      const id = await desks.product('Bowl', 0);
      const desk = await openDesk(desks.browser, desks.fleet);
      const { page } = desk;
      await page.locator(`a[href="${deskPath(id)}"]`).click();
      await page.getByText('No photos yet.').waitFor();
      await desks.product('Brush', 0);
      await page.goBack();
      await expect.poll(() => titles(page)).toContain('Brush');
      await retitle(id, 'Deep bowl');
      await page.evaluate(() => window.dispatchEvent(new Event('focus')));
      await expect.poll(() => titles(page)).toContain('Deep bowl');
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it('a list that was asked for before a move, and comes after it, takes nothing back', async () => {
      await desks.product('First', 0);
      await desks.product('Second', 0);
      const desk = await openDesk(desks.browser, desks.fleet);
      const { page } = desk;
      await page.locator('.product-row').nth(1).waitFor();
      const before = await titles(page);
      let asked!: (deliver: () => void) => void;
      const answered = new Promise<() => void>((resolve) => {
        asked = resolve;
      });
      await page.route(LIST, async (route) => {
        const response = await route.fetch();
        asked(() => void route.fulfill({ response }));
      });
      await page.evaluate(() => window.dispatchEvent(new Event('focus')));
      const deliver = await answered;
      const moved = page.waitForResponse((response) => response.url().endsWith('/place'));
      await page.locator('.grip').first().press('ArrowDown');
      await moved;
      await arrival(page, async () => deliver());
      const after = [before[1], before[0], ...before.slice(2)];
      expect(await titles(page)).toEqual(after);
      await page.unroute(LIST);
      // One more, which nothing is under way beside: the same.
      await arrival(page, () => page.evaluate(() => window.dispatchEvent(new Event('focus'))));
      expect(await titles(page)).toEqual(after);
      await desk.close();
    });

    it('a handle that is pressed and moves nothing takes nothing back, also when a list came meanwhile', async () => {
      await desks.product('Stays', 0);
      const id = await desks.product('Pressed', 0);
      const desk = await openDesk(desks.browser, desks.fleet);
      const { page } = desk;
      await page.locator('.product-row').nth(1).waitFor();
      const places: string[] = [];
      page.on('request', (request) => request.method() === 'PUT' && places.push(request.url()));
      await page.locator('.grip').first().hover();
      await page.mouse.down();
      await page.locator('.product-row--dragged').waitFor();
      // Another desk puts the last one first; whoever presses in a window that was behind another brings it to the front.
      const first = (await desks.fleet.products()).products[0]?.id;
      const answer = await fetch(`${desks.fleet.origin.url}/admin/products/${id}/place`, {
        method: 'PUT',
        headers: { ...authorization(), 'content-type': 'application/json' },
        body: JSON.stringify({ before: first }),
      });
      expect(answer.status).toBe(204);
      await arrival(page, () => page.evaluate(() => window.dispatchEvent(new Event('focus'))));
      await page.mouse.up();
      await expect.poll(async () => (await titles(page))[0]).toBe('Pressed');
      expect(places).toEqual([]);
      await desk.close();
    });
  },
);

/** Does what makes a list arrive, and waits until the page shows what it makes of it. */
async function arrival(page: Page, act: () => Promise<unknown>): Promise<void> {
  const [response] = await Promise.all([page.waitForResponse(LIST), act()]);
  await response.finished();
  await page.evaluate(
    () => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))),
  );
}
