/** The swarm page in Chromium: recordings and simulated runs, with no node of a fleet behind it. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTrace } from '../../shared/trace/parse.ts';
import { skipReason } from './support/launch-browser.ts';
import {
  branchNames,
  nodeButton,
  nodeCentre,
  pixels,
  says,
  seek,
  sentences,
  shownMs,
} from './support/swarm-page.ts';
import { useSwarmSite } from './support/swarm-site.ts';

const RUN = '?scenario=three-edges&seed=1';

describe.skipIf(skipReason)(`the swarm page in Chromium${skipReason ? ` (${skipReason})` : ''}`, () => {
  const { open, folder } = useSwarmSite();

  it('a recording opens with no node running, and plays to its end', async () => {
    const page = await open('?recording=three-edges&speed=5');
    await page.getByRole('button', { name: 'Just watch' }).click();
    await page.getByRole('button', { name: 'Play' }).waitFor({ timeout: 20_000 });
    await expect
      .poll(() => page.locator('.meter__figure').allTextContents())
      .toContainEqual(expect.stringMatching(/^3 of 3 edges had everything after/));
    expect(await says(page)).toBe('');
  });

  it('the same log gives the same picture at the same time, whichever way one comes there', async () => {
    const page = await open('?recording=three-edges&t=1000');
    const straight = await pixels(page);
    for (const ms of [2_300, 0, 1_600, 400]) await seek(page, ms);
    const elsewhere = await pixels(page);
    await seek(page, 1_000);
    expect(await pixels(page)).toBe(straight);
    expect(elsewhere).not.toBe(straight);
  });

  it('keyboard only: Space, arrows, ? and Tab', async () => {
    const page = await open('?recording=three-edges&t=1000');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => shownMs(page)).toBeGreaterThan(1_000);
    const message = await shownMs(page);
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => shownMs(page)).toBeGreaterThan(message);
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await nodeButton(page, 'Oslo').focus();
    await expect.poll(() => says(page)).toMatch(/^Oslo has \d+ of \d+ pieces/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Oslo' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Oslo' }).waitFor({ state: 'detached' });
  });

  it('what the pointer is on says its sentence, and looking inside pauses', async () => {
    const page = await open('?recording=three-edges&t=1000');
    const [a, b] = [await nodeCentre(page, 'Berlin'), await nodeCentre(page, 'Origin')];
    await page.mouse.move(a.x, a.y);
    await expect.poll(() => says(page)).toMatch(/^Berlin has/);
    await page.mouse.move(b.x, b.y);
    await expect.poll(() => says(page)).toMatch(/^Origin has everything/);
    await page.keyboard.press('Space');
    await page.mouse.click(a.x, a.y);
    await page.getByRole('heading', { name: 'Berlin' }).waitFor();
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await sentences(page);
    const link = page
      .locator('.words button')
      .filter({ hasText: /wants from|are linked/ })
      .first();
    await link.focus();
    expect(await says(page)).toBe(await link.textContent());
  });

  it('an act in the past makes another run, both stay, and an address restores it', async () => {
    const page = await open(`${RUN}&t=800&select=node-2`);
    await page.getByRole('button', { name: 'Kill Oslo' }).click();
    await expect
      .poll(() => branchNames(page))
      .toEqual(['as planned', expect.stringMatching(/^Oslo killed at 0\.8/)]);
    await seek(page, 900);
    await expect.poll(() => page.getByText('Oslo is down.').count()).toBe(1);
    await page.getByRole('button', { name: 'Share' }).click();
    expect(page.url()).toContain('acts=kill-2@800');
    const shared = await sentences(page);
    await page.getByRole('button', { name: 'as planned' }).click();
    await expect.poll(() => page.getByText('Oslo is down.').count()).toBe(0);
    expect(await shownMs(page)).toBe(900);
    const search = new URL(page.url()).search;
    const other = await open(search);
    expect(await shownMs(other)).toBe(900);
    await other.getByText('Oslo is down.').waitFor();
    expect(await sentences(other)).toEqual(shared);
  });

  it('a seed that no address can name is not run', async () => {
    const page = await open(RUN);
    await page.getByLabel('Seed', { exact: true }).fill('99999999999');
    await page.getByRole('button', { name: 'Share' }).click();
    expect(page.url()).toContain('seed=9999&');
    await expect.poll(() => page.getByLabel('Seed', { exact: true }).inputValue()).toBe('9999');
  });

  it('what is done between two milliseconds is to be seen at once', async () => {
    const page = await open(`${RUN}&t=800&select=node-2`);
    await seek(page, 800.6);
    await page.getByRole('button', { name: 'Kill Oslo' }).click();
    await page.getByRole('button', { name: 'Restart Oslo' }).waitFor();
    expect(await shownMs(page)).toBe(801);
  });

  it('a run is saved, and opened again as the same run', async () => {
    const page = await open(RUN);
    await page.getByText('of 2.').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save' }).click(),
    ]);
    const saved = path.join(folder(), 'saved.ndjson');
    await download.saveAs(saved);
    const { header, refused } = parseTrace(readFileSync(saved, 'utf8'));
    expect(header).toMatchObject({ scenario: 'three-edges', seed: 1 });
    expect(refused.count).toBe(0);
    await seek(page, 900);
    const before = await pixels(page);
    await page.locator('input[type="file"]').setInputFiles(saved);
    await expect.poll(() => page.getByRole('combobox').inputValue()).toBe('file');
    await expect.poll(() => shownMs(page)).toBe(0);
    await seek(page, 900);
    expect(await pixels(page)).toBe(before);
  });

  it('a file that is no recording is told in words, and the page goes on', async () => {
    const page = await open(RUN);
    const wrong = path.join(folder(), 'wrong.ndjson');
    writeFileSync(wrong, 'hello\n');
    await page.locator('input[type="file"]').setInputFiles(wrong);
    await page.getByRole('alert').getByText('This is no recording of a swarm').waitFor();
    await page.getByRole('button', { name: 'Add three edges' }).click();
    await expect.poll(() => branchNames(page)).toHaveLength(2);
    await page.getByRole('combobox').selectOption('scenario:fan-out');
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.getByText('Four photos go to eight edges').waitFor();
  });

  it('a node of a recording with a set of 300,000 pieces can be looked into', async () => {
    const page = await open(RUN);
    const large = path.join(folder(), 'large.ndjson');
    const header = {
      format: 'shoal-trace',
      version: 1,
      source: 'simulation',
      wallMs: 0,
      scenario: '',
      seed: 0,
    };
    const photo = { bytes: 1, pieceLengthBytes: 16_384, pieceCount: 300_000, files: [] };
    const lines = [
      { ...header, command: '' },
      { t: 0, type: 'node', node: 0, name: 'Oslo', role: 'edge', peerId: '01'.repeat(20) },
      { t: 0, type: 'set', set: 0, infoHash: '02'.repeat(20), imageId: '', name: 'large', ...photo },
      { t: 1, type: 'joined', node: 0, set: 0, held: 'all', want: 'all' },
    ];
    writeFileSync(large, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await page.locator('input[type="file"]').setInputFiles(large);
    await nodeButton(page, 'Oslo').waitFor({ state: 'attached' });
    await seek(page, 1);
    await nodeButton(page, 'Oslo').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: 'Each piece is held by at least 1 of 1 nodes' }).waitFor();
  });

  it('a guess is answered by the run itself, and never scored', async () => {
    const page = await open(`${RUN}`);
    await page.getByRole('button', { name: 'One for each edge' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.time-bar__now span').textContent()).toMatch(/of 2\.\d/);
    await page.locator('body').press('End');
    const outcome = page.getByRole('region', { name: 'What happened' });
    await outcome.getByText('copies of 1 MiB left the origin').waitFor();
    expect(await outcome.locator('[data-came-true="yes"]').textContent()).toMatch(/^About one/);
  });
});
