/** `npm run load` as a person runs it: a small fleet, ended by Ctrl-C or killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { LoadResult } from '../load/result.ts';
import { eventually, PROJECT } from '../support/fleet.ts';
import { isAlive } from '../support/processes.ts';

/** Of all runs: the first one makes the catalog, and keeps it for later runs. */
const folder = mkdtempSync(path.join(tmpdir(), 'shoal-load-test-'));
let run: ChildProcess;
let exited: Promise<number | null>;
let printed = '';

beforeAll(async () => {
  // Small pictures are quickly made and quickly published.
  const picture = sharp({ create: { width: 200, height: 150, channels: 3, background: 'teal' } });
  await picture.jpeg().toFile(path.join(folder, 'teal.jpg'));
});
afterEach(async () => {
  run.kill('SIGKILL');
  await eventually('nothing of it is left', () => processesOfRun().length === 0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function start(...flags: readonly string[]): void {
  startWith({}, ...flags);
}

function startWith(environment: NodeJS.ProcessEnv, ...flags: readonly string[]): void {
  const small = ['--photos', folder, '--products', '11', '--edges', '2', '--visitors', '2'];
  const where = ['--out', path.join(folder, 'report')];
  const program = path.join(PROJECT, 'dist/test/load/main.js');
  printed = '';
  run = spawn(process.execPath, [program, ...small, ...where, ...flags], {
    // What it keeps for later runs goes away with the tests.
    env: { ...process.env, ...environment, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [run.stdout, run.stderr])
    stream?.on('data', (text) => {
      printed += String(text);
    });
  exited = new Promise((resolve) => run.once('exit', resolve));
}

/** All processes whose command or folder is of this run. */
function processesOfRun(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== run.pid)
    .filter((name) => {
      try {
        return (
          readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(folder) ||
          readFileSync(`/proc/${name}/environ`, 'latin1').includes(`TMPDIR=${folder}\0`)
        );
      } catch {
        return false;
      }
    })
    .map(Number)
    .filter(isAlive);
}

const traffic = (mode: string) =>
  eventually(
    `${mode} has traffic`,
    () => {
      if (run.exitCode !== null) throw new Error(printed);
      return new RegExp(`${mode} \\d+ s: [1-9]`).test(printed);
    },
    150_000,
  );

const result = () => JSON.parse(readFileSync(path.join(folder, 'report/report.json'), 'utf8')) as LoadResult;

test('the whole of a short run: every image is right, and the report stands in three forms', async () => {
  start('--modes', 'origin,swarm', '--seconds', '4');
  expect(await exited, printed).toBe(0);
  const { modes, isPartial } = result();
  expect(isPartial).toBe(false);
  expect(modes.map(({ mode }) => mode)).toEqual(['origin', 'swarm']);
  for (const { counts, originBytes } of modes) {
    expect(counts.planned).toBeGreaterThan(0);
    expect(counts).toMatchObject({ good: counts.planned, failed: 0, wrong: 0 });
    expect((originBytes?.toNodesHttp ?? 0) + (originBytes?.toShoppers ?? 0)).toBeGreaterThan(0);
  }
  // Each link is the one of its node: nothing of the origin's goes to shoppers when edges serve them.
  expect(modes[1]?.originBytes?.toShoppers).toBe(0);
  for (const name of ['index.html', 'report.md'])
    expect(existsSync(path.join(folder, 'report', name))).toBe(true);
  expect(processesOfRun()).toEqual([]);
}, 200_000);

test('Ctrl-C gives the report of what was seen, and nothing is left running', async () => {
  start('--modes', 'swarm,pull', '--seconds', '60');
  await traffic('swarm');
  run.kill('SIGINT');
  expect(await exited, printed).toBe(130);
  const { modes, isPartial } = result();
  expect(isPartial).toBe(true);
  expect(modes.length).toBe(1);
  expect(modes[0]?.counts.good).toBeGreaterThan(0);
  expect(readFileSync(path.join(folder, 'report/index.html'), 'utf8')).toContain('ended early');
  expect(processesOfRun()).toEqual([]);
}, 200_000);

test('an edge that cannot start ends a run that waits for its shops, and says why', async () => {
  // Edges alone know this one.
  const wrong = { SHOAL_CACHE_BYTES: 'plenty' };
  startWith(wrong, '--scenario', 'catalog-rollout', '--modes', 'swarm', '--seconds', '1');
  expect(await exited, printed).toBe(1);
  expect(printed).toContain('SHOAL_CACHE_BYTES wants a number of bytes');
  expect(processesOfRun()).toEqual([]);
}, 200_000);

test('killed, it takes its nodes and links with it', async () => {
  start('--modes', 'swarm', '--seconds', '60');
  await traffic('swarm');
  expect(processesOfRun().length).toBeGreaterThanOrEqual(4);
  run.kill('SIGKILL');
  await exited;
  await eventually('all processes have ended', () => processesOfRun().length === 0);
}, 200_000);
