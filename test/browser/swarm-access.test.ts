/** The swarm page for everybody: axe-core's rules on each of its states, and names from outside that stay text. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { TraceRecord } from '../../shared/trace/record.ts';
import { makeHeader, writeTrace } from '../../shared/trace/write.ts';
import { expectGoodInAnyWindow } from './support/axe.ts';
import { skipReason } from './support/launch-browser.ts';
import { nodeButton, seek, sentences } from './support/swarm-page.ts';
import { useSwarmSite } from './support/swarm-site.ts';

const PIECE_BYTES = 16_384;
const HEADER = makeHeader({ source: 'simulation', wallMs: 0, scenario: '', seed: 0, command: '' });

describe.skipIf(skipReason)(`the swarm page for everybody${skipReason ? ` (${skipReason})` : ''}`, () => {
  const { open, folder } = useSwarmSite();

  /** A page that shows a recording of so many nodes, whose names are as told. */
  async function recorded(nodes: number, name: (node: number) => string): Promise<Page> {
    const page = await open('?recording=three-edges&t=100');
    const file = path.join(folder(), `${nodes}.ndjson`);
    writeFileSync(file, writeTrace(HEADER, swarmOf(nodes, name)));
    await page.locator('input[type="file"]').setInputFiles(file);
    await expect.poll(() => page.getByRole('combobox').inputValue()).toBe('file');
    return page;
  }

  it('axe finds nothing wrong before a run and after it: a question, a verdict, and all of it in words', async () => {
    const page = await open('?scenario=three-edges');
    await page.locator('.card').waitFor();
    await page.locator('.words summary').click();
    await expectGoodInAnyWindow(page);
    await page.getByText('of 2.').waitFor();
    await page.getByRole('button', { name: 'One for each edge' }).click();
    await page.keyboard.press('Escape');
    await page.locator('body').press('End');
    await page.getByRole('region', { name: 'What happened' }).waitFor();
    await expectGoodInAnyWindow(page);
  });

  it('axe finds nothing wrong while one looks inside a node, a link and a message, nor after an act', async () => {
    for (const selected of ['link-0-2', 'message-40']) {
      const page = await open(`?recording=three-edges&t=700&select=${selected}`);
      await page.getByRole('button', { name: 'Close' }).waitFor();
      await expectGoodInAnyWindow(page);
    }
    const page = await open('?scenario=three-edges&t=700&select=node-2');
    await page.getByRole('button', { name: 'Kill Oslo' }).click();
    await page.locator('.branches button').nth(1).waitFor();
    await page.getByRole('heading', { name: 'Oslo' }).waitFor();
    await expectGoodInAnyWindow(page);
  });

  it('axe finds nothing wrong with its dialogs, nor when there is nothing to show', async () => {
    const page = await open('?recording=a-liar&t=4000');
    await page.getByRole('button', { name: 'Keys' }).click();
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await expectGoodInAnyWindow(page);
    await page.keyboard.press('Escape');
    await page.getByRole('combobox').selectOption('fleet');
    await page.getByLabel('Address of its origin').fill('http://127.0.0.1:1');
    await expectGoodInAnyWindow(page);
    const wrong = path.join(folder(), 'no-recording.ndjson');
    writeFileSync(wrong, 'hello\n');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('input[type="file"]').setInputFiles(wrong);
    await page.getByRole('alert').waitFor();
    await expectGoodInAnyWindow(page);
  });

  it('beyond fifty nodes there is a matrix, with which nothing is wrong either', async () => {
    const page = await recorded(60, (node) => `edge-${node}`);
    await nodeButton(page, 'edge-59').waitFor({ state: 'attached' });
    await expectGoodInAnyWindow(page);
  });

  it('HTML in names of nodes, sets and files is text', async () => {
    const page = await recorded(3, (node) => `<marquee>${node}</marquee>`);
    await seek(page, 500);
    await nodeButton(page, '<marquee>1</marquee>').press('Enter');
    await page.getByRole('heading', { name: '<marquee>1</marquee>' }).waitFor();
    await page.getByText('<marquee>set</marquee>').first().waitFor();
    await page.getByText('<marquee>file</marquee>').first().waitFor();
    expect(await sentences(page)).toContainEqual(expect.stringContaining('<marquee>2</marquee> has'));
    expect(await page.locator('marquee').count()).toBe(0);
  });
});

/** An origin and edges that have one set of two pieces, and that are not linked. */
function swarmOf(nodes: number, name: (node: number) => string): TraceRecord[] {
  const file = { name: '<marquee>file</marquee>', bytes: 2 * PIECE_BYTES, firstPiece: 0, pieceCount: 2 };
  const about = { infoHash: 'ab'.repeat(20), imageId: 'ab'.repeat(12), name: '<marquee>set</marquee>' };
  const size = { bytes: 2 * PIECE_BYTES, pieceLengthBytes: PIECE_BYTES, pieceCount: 2 };
  const all = Array.from({ length: nodes }, (_, node) => node);
  return [
    ...all.map((node): TraceRecord => {
      const peerId = String(node).padStart(40, '0');
      return { t: 0, type: 'node', node, name: name(node), role: node === 0 ? 'origin' : 'edge', peerId };
    }),
    { t: 1, type: 'set', set: 0, ...about, ...size, files: [file] },
    ...all.map((node): TraceRecord => ({ t: 2, type: 'joined', node, set: 0, held: 'all', want: 'all' })),
    { t: 1_000, type: 'left', node: nodes - 1 },
  ];
}
