/**
 * What it costs to draw a swarm of fifty nodes: the page in a real Chromium plays a simulated run, and its frames are
 * counted. Everybody is linked with everybody, so that there are 1,225 links to draw, with blocks on many of them.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express from 'express';
import type { Browser, CDPSession } from 'playwright-core';
import { storefrontFiles } from '../../server/api/storefront-files.ts';
import { InternalError } from '../../shared/errors.ts';
import { createSimulation } from '../../shared/sim/create-simulation.ts';
import type { HostPlan, Scenario } from '../../shared/sim/scenario.ts';
import { writeTrace } from '../../shared/trace/write.ts';
import { launchBrowser } from '../browser/support/launch-browser.ts';
import { PROJECT } from '../support/fleet.ts';
import type { Row } from './row.ts';

const NODES = 50;
const WATCHED_SECONDS = 8;
const MARK_FRAMES_PER_SECOND = 30;
const VIEWPORT = { width: 1440, height: 900 };
const MIB = 1024 * 1024;

/** Slow lines: the run lasts longer than it is watched. */
const host = (name: string, role: HostPlan['role'], joinsAtMs: number): HostPlan => ({
  name,
  role,
  upBytesPerSecond: 500_000,
  downBytesPerSecond: 1_250_000,
  latencyMs: 10,
  joinsAtMs,
});

const SWARM: Scenario = {
  name: 'fifty-nodes',
  about: 'Fifty nodes, each linked with each.',
  hosts: [
    host('Origin', 'origin', 0),
    ...Array.from({ length: NODES - 1 }, (_, i) => host(`Edge ${i + 1}`, 'edge', 1 + i)),
  ],
  sets: Array.from({ length: 4 }, (_, i) => ({
    name: `photo ${i + 1}`,
    files: [{ name: '1280.avif', bytes: MIB }],
  })),
  superSeed: true,
  engine: {},
  acts: [],
  limitMs: 60_000,
};

export async function swarmPageRows(): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'shoal-bench-page-'));
  const recording = path.join(folder, 'fifty.ndjson');
  const run = createSimulation(SWARM, 1);
  await writeFile(recording, writeTrace(run.header, run.runUntil(SWARM.limitMs)));
  const server = createServer(express().use(storefrontFiles(path.join(PROJECT, 'dist/storefront'))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchBrowser();
  try {
    return rows(
      await watch(browser, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, recording),
    );
  } finally {
    await browser.close();
    server.close();
    await rm(folder, { recursive: true });
  }
}

interface Watched {
  readonly framesPerSecond: number;
  /** Of the page's main thread. */
  readonly cpuMsPerFrame: number;
}

async function watch(browser: Browser, url: string, recording: string): Promise<Watched> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.goto(`${url}/swarm?recording=three-edges`);
  await page.locator('input[type="file"]').setInputFiles(recording);
  await page.getByRole('button', { name: 'Edge 49', exact: true }).first().waitFor({ state: 'attached' });
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Performance.enable');
  await page.keyboard.press('Space');
  // The first second draws what is drawn once.
  await page.waitForTimeout(1_000);
  const before = await busySeconds(devTools);
  const shownBefore = await page.evaluate<number>(SHOWN_MS);
  const frames = await page.evaluate<number>(COUNT_FRAMES);
  const busy = (await busySeconds(devTools)) - before;
  if ((await page.evaluate<number>(SHOWN_MS)) <= shownBefore)
    throw new InternalError('the page did not play');
  return { framesPerSecond: frames / WATCHED_SECONDS, cpuMsPerFrame: (busy * 1_000) / frames };
}

/** Runs in the page, whose names this project knows nothing of. */
const COUNT_FRAMES = `new Promise((resolve) => {
  const startedAt = performance.now();
  let frames = 0;
  const next = () => {
    frames++;
    if (performance.now() - startedAt < ${WATCHED_SECONDS * 1_000}) requestAnimationFrame(next);
    else resolve(frames);
  };
  requestAnimationFrame(next);
})`;
const SHOWN_MS = `Number(document.querySelector('.swarm__stage canvas').dataset.atMs)`;

async function busySeconds(devTools: CDPSession): Promise<number> {
  const { metrics } = await devTools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}

function rows({ framesPerSecond, cpuMsPerFrame }: Watched): Row[] {
  return [
    {
      what: `swarm page, ${NODES} nodes linked each with each, ${VIEWPORT.width} x ${VIEWPORT.height}, no GPU`,
      measured: `${framesPerSecond.toFixed(0)} frames a second (${cpuMsPerFrame.toFixed(0)} ms of its main thread each)`,
      mark: `at least ${MARK_FRAMES_PER_SECOND}`,
      isMet: framesPerSecond >= MARK_FRAMES_PER_SECOND,
    },
  ];
}
