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
import type { Browser, CDPSession, Page } from 'playwright-core';
import { storefrontFiles } from '../../server/api/storefront-files.ts';
import { InternalError } from '../../shared/errors.ts';
import { createSimulation } from '../../shared/sim/create-simulation.ts';
import type { HostPlan, Scenario } from '../../shared/sim/scenario.ts';
import { writeTrace } from '../../shared/trace/write.ts';
import { launchBrowser } from '../browser/support/launch-browser.ts';
import { PROJECT } from '../support/fleet.ts';
import { type ReplayedFleet, replayFleet } from './replayed-fleet.ts';
import type { Row } from './row.ts';

const NODES = 50;
const WATCHED_SECONDS = 8;
const MARK_FRAMES_PER_SECOND = 30;
const VIEWPORT = { width: 1440, height: 900 };
const MIB = 1024 * 1024;

/** Fifty nodes, each linked with each, on lines so slow that the run lasts longer than it is watched. */
function swarmOf(upBytesPerSecond: number, sets: number): Scenario {
  const host = (name: string, role: HostPlan['role'], joinsAtMs: number): HostPlan => ({
    name,
    role,
    upBytesPerSecond,
    downBytesPerSecond: upBytesPerSecond * 2.5,
    latencyMs: 10,
    joinsAtMs,
  });
  return {
    name: 'fifty-nodes',
    about: 'Fifty nodes, each linked with each.',
    hosts: [
      host('Origin', 'origin', 0),
      ...Array.from({ length: NODES - 1 }, (_, i) => host(`Edge ${i + 1}`, 'edge', 1 + i)),
    ],
    sets: Array.from({ length: sets }, (_, i) => ({
      name: `photo ${i + 1}`,
      files: [{ name: '1280.avif', bytes: MIB }],
    })),
    superSeed: true,
    engine: {},
    acts: [],
    limitMs: 60_000,
  };
}

const RECORDED = swarmOf(500_000, 4);
/** As fast as it happens: what two cores could do with fifty edges of their own, and no more. */
const LIVE = swarmOf(64 * 1024, 1);
/** Longer than it is watched. */
const LIVE_MS = 16_000;

export async function swarmPageRows(): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'shoal-bench-page-'));
  const recording = path.join(folder, 'fifty.ndjson');
  const run = createSimulation(RECORDED, 1);
  await writeFile(recording, writeTrace(run.header, run.runUntil(RECORDED.limitMs)));
  const server = createServer(express().use(storefrontFiles(path.join(PROJECT, 'dist/storefront'))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fleet = await replayFleet(createSimulation(LIVE, 1).runUntil(LIVE_MS));
  const browser = await launchBrowser();
  try {
    return [
      rowOf('linked each with each', await watch(browser, url, recording)),
      rowOf('live, each by its own /trace', await watchLive(browser, url, fleet)),
    ];
  } finally {
    await browser.close();
    fleet.close();
    server.close();
    await rm(folder, { recursive: true });
  }
}

interface Watched {
  readonly framesPerSecond: number;
  /** CPU time of the page's main thread. */
  readonly cpuMsPerFrame: number;
}

async function watch(browser: Browser, url: string, recording: string): Promise<Watched> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.goto(`${url}/swarm?recording=three-edges`);
  await page.locator('input[type="file"]').setInputFiles(recording);
  await lastEdge(page).waitFor({ state: 'attached' });
  await page.keyboard.press('Space');
  return measure(page);
}

/** The page follows the fleet by itself. */
async function watchLive(browser: Browser, url: string, fleet: ReplayedFleet): Promise<Watched> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.goto(`${url}/swarm?fleet=${fleet.originUrl}`);
  await fleet.watched;
  fleet.begin();
  await lastEdge(page).waitFor({ state: 'attached' });
  return measure(page);
}

const lastEdge = (page: Page) => page.getByRole('button', { name: `Edge ${NODES - 1}`, exact: true }).first();

async function measure(page: Page): Promise<Watched> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
  // The first second draws what is drawn once.
  await page.waitForTimeout(1_000);
  const before = await busySeconds(devTools);
  const shownBefore = await page.evaluate<number>(SHOWN_MS);
  const frames = await page.evaluate<number>(COUNT_FRAMES);
  const busy = (await busySeconds(devTools)) - before;
  if ((await page.evaluate<number>(SHOWN_MS)) <= shownBefore)
    throw new InternalError('the page did not play');
  await page.close();
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

function rowOf(how: string, { framesPerSecond, cpuMsPerFrame }: Watched): Row {
  return {
    what: `swarm page, ${NODES} nodes ${how}, ${VIEWPORT.width} x ${VIEWPORT.height}, no GPU`,
    measured: `${framesPerSecond.toFixed(0)} frames a second (${cpuMsPerFrame.toFixed(0)} ms of CPU of its main thread each)`,
    mark: `at least ${MARK_FRAMES_PER_SECOND}`,
    isMet: framesPerSecond >= MARK_FRAMES_PER_SECOND,
  };
}
