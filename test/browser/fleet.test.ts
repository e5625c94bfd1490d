/** The fleet page in a real browser: at an origin of its own, and at that of a real demo. */
import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemoFleet, FleetControl } from '../../shared/api-types/demo.ts';
import type { EdgeList } from '../../shared/api-types/status.ts';
import { type Demo, endDemo, runDemo, see, started } from '../support/demo-process.ts';
import { eventually } from '../support/fleet.ts';
import { childrenOf } from '../support/processes.ts';
import { expectNoViolations } from './support/axe.ts';
import { tabTo } from './support/desk-page.ts';
import { skipReason } from './support/launch-browser.ts';
import { overflow } from './support/overflow.ts';
import { expectEveryImageDecoded, openShop, type ShopPage } from './support/shop-page.ts';
import { nodeButton, openSwarm } from './support/swarm-page.ts';
import { narrowPhoto, useFleet } from './support/use-fleet.ts';

/** The machine may be busy: edges start, and drain for some seconds. */
const WAIT_LIMIT_MS = 30_000;
const PHOTOS = ['bowl.jpg', 'stream.jpg'];
const WIDTH_PX = 800;
const IMAGES_WHOLE = `${PHOTOS.length} of ${PHOTOS.length}`;

describe.skipIf(skipReason)(`the fleet page${skipReason ? ` (${skipReason})` : ''}`, () => {
  const used = useFleet(['alone'], async (fleet) => {
    for (const file of PHOTOS)
      await fleet.upload(await fleet.createProduct(file), await narrowPhoto(file, WIDTH_PX));
    return PHOTOS.length;
  });
  const { fleet } = used;

  it('without the demo edges are watched only, and the page says how to start it', async () => {
    const shown = await openFleet(used.browser, fleet.origin.url);
    await becomes(shown.page, 'alone', 'live');
    expect(await shown.page.getByText('npm run demo').count()).toBe(1);
    expect(await shown.page.getByRole('button').count()).toBe(0);
    await expectNoViolations(shown.page);
    await ended(shown);
  });

  it('HTML in what edges say of themselves is text', async () => {
    const name = '<marquee>edge</marquee>';
    const shown = await openShop(used.browser, `${fleet.origin.url}/healthz`);
    await shown.page.route('**/api/edges', async (route) => {
      const answer = (await (await route.fetch()).json()) as EdgeList;
      await route.fulfill({ json: { edges: answer.edges.map((edge) => ({ ...edge, name })) } });
    });
    await shown.page.goto(`${fleet.origin.url}/fleet`);
    await shown.page.getByRole('heading', { name }).waitFor();
    expect(await shown.page.locator('marquee').count()).toBe(0);
    expect(shown.problems).toEqual([]);
    await shown.close();
  });

  describe('of the demo', () => {
    let demo: Demo;
    let url: string;
    let folder: string;

    beforeAll(async () => {
      // The shop that was filled above: the demo adds its photos to an empty one only.
      folder = path.dirname(fleet.origin.data);
      await fleet.origin.kill('SIGTERM');
      demo = runDemo(folder);
      url = await started(demo, 60_000);
    }, 90_000);
    afterAll(() => endDemo(demo));

    it('three more edges by one click become live and whole', async () => {
      const shown = await openFleet(used.browser, url);
      await becomes(shown.page, 'edge-4', 'running');
      await shown.page.getByRole('button', { name: 'Spin up 3 more edges' }).click();
      for (const name of ['edge-5', 'edge-6', 'edge-7']) {
        await becomes(shown.page, name, 'running');
        await card(shown.page, name).getByText(IMAGES_WHOLE).waitFor();
      }
      expect(await shown.page.locator('.edge').count()).toBe(7);
      const { edges } = (await (await fetch(`${url}/api/edges`)).json()) as { edges: { live: boolean }[] };
      expect(edges.filter(({ live }) => live)).toHaveLength(7);
      see(demo);
      await ended(shown);
    });

    it('one that is killed says so and the shop still shows its images; started again it is whole', async () => {
      const shown = await openFleet(used.browser, url);
      await button(shown.page, 'Kill edge-1').click();
      await becomes(shown.page, 'edge-1', 'killed');
      const shop = await openShop(used.browser, url);
      await expectEveryImageDecoded(shop.page);
      await shop.close();
      await button(shown.page, 'Start edge-1').click();
      await becomes(shown.page, 'edge-1', 'running');
      await card(shown.page, 'edge-1').getByText(IMAGES_WHOLE).waitFor();
      // Nothing was fetched again.
      expect(await card(shown.page, 'edge-1').locator('dd').nth(2).textContent()).toBe('0 B');
      await ended(shown);
    });

    it('one that is slowed down is started anew with these flags', async () => {
      const shown = await openFleet(used.browser, url);
      await button(shown.page, 'Speed of edge-2').click();
      await shown.page.getByLabel('Gives at most').selectOption('64 KiB/s');
      await shown.page.getByRole('button', { name: 'Restart with these' }).click();
      await card(shown.page, 'edge-2').getByText('Slowed:').waitFor();
      await becomes(shown.page, 'edge-2', 'running');
      const flags = childrenOf(demo.child.pid as number).map((pid) =>
        readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' '),
      );
      expect(flags.filter((line) => /--name edge-2 .*--up-rate 65536 /.test(line))).toHaveLength(1);
      see(demo);
      await ended(shown);
    });

    it('by keyboard alone: stop, start and read the log; the focus stays; HTML in a log is text', async () => {
      const shown = await openFleet(used.browser, url);
      const { page } = shown;
      await becomes(page, 'edge-3', 'running');
      await tabTo(page, 'Stop edge-3');
      await page.keyboard.press('Enter');
      await becomes(page, 'edge-3', 'stopped');
      expect(await focused(page)).toBe('Start edge-3');
      await page.keyboard.press('Enter');
      await becomes(page, 'edge-3', 'running');
      expect(await focused(page)).toBe('Stop edge-3');
      appendFileSync(path.join(folder, 'logs/edge-3.log'), '<img src="x" onerror="alert(1)">\n');
      await tabTo(page, 'Log of edge-3');
      await page.keyboard.press('Enter');
      const log = page.getByRole('region', { name: 'Log of edge-3' });
      await log.getByText('<img src="x" onerror="alert(1)">').waitFor();
      expect(await log.getByText('feed joined').count()).toBeGreaterThan(0);
      expect(await log.locator('img').count()).toBe(0);
      await page.getByLabel('Show').selectOption('errors');
      await eventually('errors alone are shown', async () => (await log.locator('p').count()) === 1);
      await ended(shown);
    });

    it.each([320, 1920])(
      '%d pixels wide: nothing sticks out, and axe-core has nothing to say',
      async (width) => {
        const shown = await openFleet(used.browser, url, width);
        const { page } = shown;
        await becomes(page, 'edge-7', 'running');
        await button(page, 'Speed of edge-1').click();
        await button(page, 'Log of edge-2').click();
        await page.getByRole('region', { name: 'Log of edge-2' }).getByText('feed joined').first().waitFor();
        expect(await overflow(page)).toBeLessThanOrEqual(0);
        await expectNoViolations(page);
        await ended(shown);
      },
    );

    it('on the swarm page, acts are done to the real edges', async () => {
      const swarm = await openSwarm(used.browser, url, `?fleet=${url}`);
      const { page } = swarm;
      await nodeButton(page, 'edge-4').press('Enter');
      await button(page, 'Kill edge-4').click();
      await eventually('edge-4 is killed', async () => (await demoState(url, 'edge-4')) === 'killed');
      await button(page, 'Restart edge-4').click();
      await eventually('edge-4 runs', async () => (await demoState(url, 'edge-4')) === 'running');
      await button(page, 'Kill edge-4').waitFor();
      see(demo);
      expect(swarm.problems).toEqual([]);
      await swarm.close();
    });

    it('when the demo ends, the page says that nobody answers', async () => {
      const shown = await openFleet(used.browser, url);
      await becomes(shown.page, 'edge-1', 'running');
      demo.child.kill('SIGINT');
      expect(await demo.exited).toBe(0);
      await shown.page.getByRole('alert').getByText('The origin does not answer.').waitFor();
      expect(shown.problems).toEqual([]);
      await shown.close();
    });
  });
});

async function openFleet(browser: Browser, url: string, width = 1280): Promise<ShopPage> {
  const shown = await openShop(browser, `${url}/fleet`, { viewport: { width, height: 900 } });
  shown.page.setDefaultTimeout(WAIT_LIMIT_MS);
  return shown;
}

async function ended(shown: ShopPage): Promise<void> {
  expect([shown.problems, shown.failedRequests]).toEqual([[], []]);
  await shown.close();
}

async function demoState(originUrl: string, edge: string): Promise<string | undefined> {
  const control = (await (await fetch(`${originUrl}/api/fleet-control`)).json()) as FleetControl;
  const { edges } = (await (await fetch(`${control.url}/demo/edges`)).json()) as DemoFleet;
  return edges.find(({ name }) => name === edge)?.state;
}

const card = (page: Page, name: string) => page.locator(`.edge[data-name="${name}"]`);
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const becomes = (page: Page, name: string, state: string) =>
  page.locator(`.edge[data-name="${name}"][data-state="${state}"]`).waitFor();
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent);
