/** The report of `npm run load` in a browser: one file, from disk, on desktops and phones. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { htmlReport } from '../load/report/html.ts';
import { fair, sampleMode, sampleResult } from '../load/report/sample-results.ts';
import { tempDirectory } from '../support/temp-directory.ts';
import { expectNoViolations } from './support/axe.ts';
import { skipReason } from './support/launch-browser.ts';
import { useBrowser } from './support/use-browser.ts';

const late = { lateMs: { driver: 30, links: 40 } };
const RESULTS = {
  'as promised': fair,
  'lost, ended early, on a busy machine': sampleResult(
    [
      sampleMode('origin', 80),
      sampleMode('pull', 100, late),
      sampleMode('swarm', 400, { ...late, copies: 3 }),
    ],
    { isPartial: true },
  ),
  'nothing seen': sampleResult([], { isPartial: true }),
};

describe.skipIf(skipReason)(`the load report${skipReason ? ` (${skipReason})` : ''}`, () => {
  const browser = useBrowser();

  async function open(name: keyof typeof RESULTS, width: number): Promise<{ page: Page; asked: string[] }> {
    const file = path.join(tempDirectory(), 'index.html');
    writeFileSync(file, htmlReport(RESULTS[name]));
    const page = await browser().newPage({ viewport: { width, height: 900 } });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    return { page, asked };
  }

  it.each(Object.keys(RESULTS) as (keyof typeof RESULTS)[])(
    '%s: axe finds nothing, nothing sticks out, nothing is fetched',
    async (name) => {
      for (const width of [320, 1_280]) {
        const { page, asked } = await open(name, width);
        expect(asked).toEqual([page.url()]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        await expectNoViolations(page);
        await page.close();
      }
    },
  );

  it('letters of a plot are as large on a phone as on a desktop', async () => {
    for (const width of [320, 1_280]) {
      const { page } = await open('as promised', width);
      const heights = await page
        .locator('svg text:visible')
        .evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect().height));
      expect(heights.length).toBeGreaterThan(20);
      expect(Math.min(...heights)).toBeGreaterThan(9);
      await page.close();
    }
  });
});
