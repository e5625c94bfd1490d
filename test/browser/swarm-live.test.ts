/** The swarm page watches a real fleet: origin and edges as processes, a photo that is published while it looks. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { everyEdgeHas, PROJECT, type RunningNode } from '../support/fleet.ts';
import { skipReason } from './support/launch-browser.ts';
import { nodeButton, openSwarm, sentences } from './support/swarm-page.ts';
import { useFleet } from './support/use-fleet.ts';

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
      await page.getByRole('combobox').selectOption('fleet');
      await page.getByLabel('Address of its origin').fill('http://127.0.0.1:1');
      await page.getByRole('button', { name: 'Watch', exact: true }).click();
      await page.getByRole('alert').getByText('No origin answers at http://127.0.0.1:1.').waitFor();
      await close();
    });
  },
);
