/** The swarm page watches a real fleet: origin and edges as processes, a photo that is published while it looks. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MAX_WATCHERS } from '../../shared/node/trace/trace-route.ts';
import { everyEdgeHas, PROJECT, type RunningNode } from '../support/fleet.ts';
import { type Watching, watchTrace } from '../support/trace-stream.ts';
import { skipReason } from './support/launch-browser.ts';
import { SmallNode } from './support/small-fleet.ts';
import { nodeButton, openSwarm, sentences } from './support/swarm-page.ts';
import { narrowPhoto, useFleet } from './support/use-fleet.ts';

const PHOTO = path.join(PROJECT, 'server/demo/photos/bowl.jpg');
const NAMES = ['alba', 'boca'];

describe.skipIf(skipReason)(
  `the swarm page beside a real fleet${skipReason ? ` (${skipReason})` : ''}`,
  () => {
    const shown = useFleet(NAMES);
    const { fleet } = shown;

    it('sees every node, pieces that spread, and an edge that dies', async () => {
      const swarm = await openSwarm(shown.browser, fleet.origin.url, `?fleet=${fleet.origin.url}`);
      const { page } = swarm;
      for (const name of ['origin', ...NAMES]) await nodeButton(page, name).waitFor({ state: 'attached' });
      const product = await fleet.createProduct('bowl');
      await fleet.upload(product, new Uint8Array(await readFile(PHOTO)));
      await everyEdgeHas(shown.edges, 1);
      await expect
        .poll(() => sentences(page), { timeout: 15_000 })
        .toEqual(
          expect.arrayContaining([
            expect.stringMatching(/^alba has all \d+ pieces/),
            expect.stringMatching(/^boca has all \d+ pieces/),
          ]),
        );
      const copies = await page.locator('.meter__figure strong').first().textContent();
      expect(Number(copies)).toBeGreaterThanOrEqual(0.9);
      await (shown.edges[0] as RunningNode).kill('SIGKILL');
      await expect.poll(() => sentences(page), { timeout: 15_000 }).toContain('alba is down.');
      expect(swarm.problems).toEqual([]);
      await swarm.close();
    });

    it('an address where no fleet answers is told in words', async () => {
      const { page, close } = await openSwarm(shown.browser, fleet.origin.url, '?recording=three-edges');
      await watch(page, 'http://127.0.0.1:1');
      await page.getByRole('alert').getByText('No origin answers at http://127.0.0.1:1.').waitFor();
      await close();
    });

    it('an address that takes the question and never answers is told in words; what was shown goes on', async () => {
      const silent = new SmallNode('silent', []);
      silent.mode = 'silent';
      await silent.start();
      onTestFinished(() => silent.stop());
      const address = silent.url;
      const { page, close } = await openSwarm(shown.browser, fleet.origin.url, '?scenario=three-edges');
      const caption = await page.locator('.swarm__title').textContent();
      await watch(page, address);
      await page.getByRole('alert').getByText(`No origin answers at ${address}.`).waitFor();
      expect(await page.locator('.swarm__title').textContent()).toBe(caption);
      expect(await page.getByRole('combobox').inputValue()).toBe('scenario:three-edges');
      await page.getByRole('button', { name: 'Add three edges' }).click();
      await expect.poll(() => page.locator('.branches button').count()).toBe(2);
      await close();
    });

    it('an address with a slash at its end is the same; another fleet can be named while one is watched', async () => {
      const { page, close } = await openSwarm(shown.browser, fleet.origin.url, `?fleet=${fleet.origin.url}/`);
      await nodeButton(page, 'boca').waitFor({ state: 'attached' });
      await page.getByRole('combobox').selectOption({ label: 'A fleet…' });
      await page.getByRole('dialog', { name: 'Watch a fleet' }).waitFor();
      await close();
    });

    it('an edge that says nothing is down though its connection stands, and is back when it speaks', async () => {
      const { page, close } = await openSwarm(shown.browser, fleet.origin.url, `?fleet=${fleet.origin.url}`);
      await nodeButton(page, 'boca').waitFor({ state: 'attached' });
      const pid = (shown.edges[1] as RunningNode).process.pid as number;
      onTestFinished(() => void process.kill(pid, 'SIGCONT'));
      process.kill(pid, 'SIGSTOP');
      await expect.poll(() => sentences(page), { timeout: 20_000 }).toContain('boca is down.');
      process.kill(pid, 'SIGCONT');
      await expect.poll(() => sentences(page), { timeout: 20_000 }).not.toContain('boca is down.');
      await close();
    });

    it('an origin that is started again, with another peer id, is the same node, linked as before', async () => {
      const { origin } = fleet;
      const { page, close } = await openSwarm(shown.browser, origin.url, `?fleet=${origin.url}`);
      await fleet.upload(await fleet.createProduct('stream'), await narrowPhoto('stream.jpg', 320));
      const linked = /^(origin and boca|boca and origin) are linked/;
      await expect
        .poll(() => sentences(page), { timeout: 20_000 })
        .toContainEqual(expect.stringMatching(linked));
      await page.route(`${origin.url}/trace`, (route) => route.abort());
      await origin.kill('SIGTERM');
      await expect.poll(() => sentences(page), { timeout: 20_000 }).toContain('origin is down.');
      const [port, peerPort] = [Number(new URL(origin.url).port), origin.peerPort];
      await fleet.startOrigin({ port, peerPort });
      await fleet.upload(await fleet.createProduct('bowl'), await narrowPhoto('bowl.jpg', 160));
      // The page hears of it by the edge first, as of a stranger.
      await expect
        .poll(() => sentences(page), { timeout: 30_000 })
        .toContainEqual(expect.stringMatching(/boca and [0-9a-f]{8} are linked/));
      await page.unroute(`${origin.url}/trace`);
      await expect
        .poll(() => sentences(page), { timeout: 30_000 })
        .not.toContainEqual(expect.stringMatching(/[0-9a-f]{8} are linked/));
      await expect
        .poll(() => sentences(page), { timeout: 30_000 })
        .toContainEqual(expect.stringMatching(linked));
      await close();
    });

    it('a node that as many watch as may is asked again until there is room', async () => {
      const boca = shown.edges[1] as RunningNode;
      const watching: Watching[] = [];
      // The page of another test may still be leaving.
      while (watching.length < MAX_WATCHERS) {
        const one = await watchTrace(boca.url);
        if (one.response.statusCode === 200) watching.push(one);
      }
      const { page, failedRequests, close } = await openSwarm(
        shown.browser,
        fleet.origin.url,
        `?fleet=${fleet.origin.url}`,
      );
      await expect
        .poll(() => failedRequests.some((line) => line.includes('503')), { timeout: 20_000 })
        .toBe(true);
      watching[0]?.close();
      await nodeButton(page, 'boca').waitFor({ state: 'attached', timeout: 20_000 });
      await close();
    });
  },
);

async function watch(page: Page, address: string): Promise<void> {
  await page.getByRole('combobox').selectOption({ label: 'A fleet…' });
  await page.getByLabel('Address of its origin').fill(address);
  await page.getByRole('button', { name: 'Watch', exact: true }).click();
}
