/**
 * Faults while shoppers ask at every edge: no wrong byte, no refusal for what any live node holds, and all is well again
 * within a bound. A shopper asks another edge only when its own is dead.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { damageFiles } from '../support/damaged-files.ts';
import { eventually, type RunningNode } from '../support/fleet.ts';
import { faultsIn } from '../support/image-load.ts';
import { answered, LoadedFleet } from '../support/loaded-fleet.ts';
import type { KnownRendition } from '../support/shopper.ts';

/** An edge serves again, or the swarm is whole again. Measured: docs/benchmarks.md. */
const RECOVERED_WITHIN_MS = 10_000;
/** A full disk is tried again after pauses that double, up to 30 s. */
const DISK_RECOVERED_WITHIN_MS = 40_000;
const loaded = new LoadedFleet();
const { fleet } = loaded;

beforeAll(() => loaded.start(), 180_000);
afterAll(() => fleet.close());

it('kill -9 of an edge: only its own shoppers notice; restarted, it serves what is verified', async () => {
  const { a } = loaded;
  const answers = await loaded.underLoad(async (load) => {
    await a.node.kill('SIGKILL');
    await answered(load, 20);
    await loaded.restart(a);
    const backAtMs = performance.now();
    await eventually(
      'it serves',
      () =>
        load.answers.some(
          ({ shelf, kind, askedAtMs }) => shelf === 'a' && kind === 'right' && askedAtMs > backAtMs,
        ),
      RECOVERED_WITHIN_MS,
    );
  });
  expect(faultsIn(answers, ['a'])).toEqual([]);
  expect(answers.some(({ kind }) => kind === 'cut')).toBe(true);
  const { bytes, images } = await a.node.status();
  expect(images).toEqual({ known: loaded.images.length, complete: loaded.images.length });
  expect(bytes).toMatchObject({ fromPeers: 0, fromOrigin: 0 });
});

it.each([
  ['usual', []],
  ['no-memory', ['--memory-bytes', '0']],
] as const)(
  'a byte flipped, a file cut and a file deleted while shoppers ask for them: never a wrong byte (memory: %s)',
  async (name, flags) => {
    const first = await fleet.startEdge({ name, flags });
    await eventually('it is complete', () => isComplete(first));
    await first.kill('SIGTERM');
    // Nothing is in its memory now.
    const edge = await fleet.startEdge({ name, data: first.data, flags });
    const largest = loaded.images[0]!.renditions.toSorted((one, other) => other.bytes - one.bytes).slice(
      0,
      3,
    );
    const answers = await loaded.underLoad(
      async (load) => {
        await damageFiles(first.data, largest);
        load.add(loaded.published.filter((known) => largest.some(({ url }) => url.endsWith(known.path))));
        await answered(load, 80);
        await eventually('it is complete', () => isComplete(edge), RECOVERED_WITHIN_MS);
      },
      [{ name, url: edge.url }],
    );
    expect(faultsIn(answers)).toEqual([]);
    const { bytes } = await edge.status();
    expect(bytes.fromPeers + bytes.fromOrigin).toBeGreaterThan(0);
    await edge.kill('SIGTERM');
  },
);

const isComplete = async (node: RunningNode): Promise<boolean> =>
  (await node.status()).images.complete === loaded.images.length;

it('a full disk: an edge serves what it cannot store, and stores it when there is room', async ({ skip }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-full-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', folder]);
  skip(mounted.status !== 0, 'only root may mount a small disk');
  onTestFinished(() => void spawnSync('umount', [folder]));
  const full = await fleet.startEdge({ name: 'full', prefetch: 'none', data: folder });
  const answers = await loaded.underLoad(
    async (load) => {
      await eventually('the disk is full', () => full.output().includes('ENOSPC'));
      await answered(load, 80);
      spawnSync('mount', ['-o', 'remount,size=64m', folder]);
      const wanted = new Set(load.answers.map((answer) => answer.path));
      await eventually(
        'it has on disk what was asked for',
        async () => (await full.status()).bytes.verified >= bytesOf(loaded.published, wanted),
        DISK_RECOVERED_WITHIN_MS,
      );
    },
    [{ name: 'full', url: full.url }],
  );
  expect(await full.kill('SIGTERM')).toBe(0);
  expect(faultsIn(answers)).toEqual([]);
}, 60_000);

const bytesOf = (renditions: readonly KnownRendition[], paths: ReadonlySet<string>): number =>
  renditions.filter(({ path: at }) => paths.has(at)).reduce((sum, { bytes }) => sum + bytes, 0);

it('the origin dies: an edge serves what it never had and a sibling holds; back, it has its edges again soon', async () => {
  const cold = await loaded.publish('spaniels', 'sunset');
  const answers = await loaded.underLoad(async (load) => {
    await fleet.origin.kill('SIGKILL');
    load.add(cold);
    await answered(load, 80);
    await loaded.startOrigin();
    await eventually(
      'every edge is live',
      async () => {
        const live = (await fleet.edges()).edges.filter((edge) => edge.live).map(({ name }) => name);
        return loaded.edges.every(({ name }) => live.includes(name));
      },
      RECOVERED_WITHIN_MS,
    );
  });
  expect(faultsIn(answers)).toEqual([]);
  const paths = new Set(cold.map((known) => known.path));
  expect(answers.some((answer) => answer.shelf === 'c' && paths.has(answer.path))).toBe(true);
}, 60_000);
