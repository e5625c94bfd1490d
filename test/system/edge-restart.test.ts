/** "A restart serves at once from what is verified on disk, and finds what a crash left half-written." */
import { open, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Image } from '../../shared/api-types/catalog.ts';
import {
  encodeHave,
  encodeState,
  HAVE_HEADER_BYTES,
  HAVE_STATE_OFFSET,
} from '../../shared/node/store/have-file.ts';
import { BLOCK_BYTES, type FileRoot } from '../../shared/units.ts';
import { eventually, Fleet, PROJECT, type RunningNode } from '../support/fleet.ts';
import { expectServed } from '../support/published.ts';

const fleet = new Fleet();
const images: Image[] = [];
let edge: RunningNode;

beforeAll(async () => {
  await fleet.startOrigin();
  const product = await fleet.createProduct('Photos');
  for (const name of ['bowl', 'stream']) {
    const photo = await readFile(path.join(PROJECT, `server/demo/photos/${name}.jpg`));
    images.push(await fleet.upload(product, new Uint8Array(photo)));
  }
  edge = await fleet.startEdge({ name: 'a' });
}, 60_000);
afterAll(() => fleet.close());
beforeEach(async () => {
  await isComplete();
  await eventually('all of it is on disk', async () => (await bytesOnDisk()) === totalBytes());
});

const isComplete = () =>
  eventually('the edge is complete', async () => {
    const status = await edge.status();
    return status.images.known === 2 && status.images.complete === 2;
  });

const totalBytes = () =>
  images.flatMap(({ renditions }) => renditions).reduce((sum, { bytes }) => sum + bytes, 0);

async function bytesOnDisk(): Promise<number> {
  const pieces = path.join(edge.data, 'pieces');
  const names = await readdir(pieces, { recursive: true });
  const stored = names.filter((name) => /\.(?:data|whole)$/.test(name));
  const sizes = await Promise.all(stored.map(async (name) => (await stat(path.join(pieces, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function restart(): Promise<void> {
  edge = await fleet.startEdge({ name: 'a', data: edge.data });
  await isComplete();
}

/** What was fetched since the start; then all must be right. */
async function fetchedBytes(): Promise<number> {
  for (const image of images) await expectServed(edge.url, image, 'after the restart');
  const { bytes } = await edge.status();
  expect(bytes).toMatchObject({ wanted: totalBytes(), verified: totalBytes() });
  return bytes.fromPeers + bytes.fromOrigin;
}

/** The largest rendition: of many leaves. */
const largest = () =>
  images.flatMap(({ renditions }) => renditions).reduce((a, b) => (b.bytes > a.bytes ? b : a));

/** Came whole, in one go. */
const smallestOfSeveralLeaves = () =>
  images
    .flatMap(({ renditions }) => renditions)
    .filter(({ bytes }) => bytes > 2 * BLOCK_BYTES)
    .reduce((a, b) => (b.bytes < a.bytes ? b : a));

const fileOf = (root: string, kind: 'data' | 'have' | 'whole') =>
  path.join(edge.data, 'pieces', root.slice(0, 2), `${root}.${kind}`);

/** Makes a file what it is when it was written in several parts: data with a sidecar that marks all of it. */
async function inParts(root: string): Promise<void> {
  const isWhole = await stat(fileOf(root, 'whole')).catch(() => undefined);
  if (!isWhole) return;
  const file = { root: root as FileRoot, lengthBytes: largest().bytes };
  const leaves = Math.ceil(file.lengthBytes / BLOCK_BYTES);
  await writeFile(fileOf(root, 'have'), encodeHave(file, 'complete', Array(leaves).keys(), true));
  await rename(fileOf(root, 'whole'), fileOf(root, 'data'));
}

async function overwrite(file: string, offset: number, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(bytes, 0, bytes.length, offset);
  await handle.close();
}

describe('a restarted edge keeps its verified pieces and does not fetch them again', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('after %s', async (signal) => {
    await edge.kill(signal);
    await restart();
    expect(await fetchedBytes()).toBe(0);
  });

  it('after kill -9 in the middle of a download: what was verified and on disk is not fetched again', async () => {
    await edge.kill('SIGTERM');
    await rm(path.join(edge.data, 'pieces'), { recursive: true });
    // Slow enough to be killed on the way; the rate is the only thing that the test needs of time.
    edge = await fleet.startEdge({ name: 'a', data: edge.data, flags: ['--down-rate', '200000'] });
    await eventually('a third is there', async () => (await edge.status()).bytes.verified > totalBytes() / 3);
    await edge.kill('SIGKILL');
    const onDisk = await markedBytes();
    await restart();
    const fetched = await fetchedBytes();
    expect(fetched).toBeLessThanOrEqual(totalBytes() - onDisk);
    expect(fetched).toBeGreaterThan(0);
  });
});

/** Whole files, and leaves marked in the sidecars of others, in bytes; at least. */
async function markedBytes(): Promise<number> {
  let marked = 0;
  const names = await readdir(path.join(edge.data, 'pieces'), { recursive: true });
  for (const name of names.filter((file) => file.endsWith('.whole')))
    marked += (await stat(path.join(edge.data, 'pieces', name))).size;
  for (const name of names.filter((file) => file.endsWith('.have'))) {
    const have = await readFile(path.join(edge.data, 'pieces', name));
    const leaves = have.subarray(HAVE_HEADER_BYTES);
    // The last leaf may be short.
    marked += leaves.subarray(0, -1).filter((mark) => mark === 1).length * BLOCK_BYTES;
  }
  return marked;
}

describe('what a crash left half-written is found and fetched again, and only that', () => {
  it('a data file that is cut: from the leaf of the cut on', async () => {
    const { root, bytes } = largest();
    await edge.kill('SIGKILL');
    await inParts(root);
    const file = fileOf(root, 'data');
    expect((await stat(file)).size).toBe(bytes);
    await truncate(file, 3 * BLOCK_BYTES + 100);
    await restart();
    expect(await fetchedBytes()).toBe(bytes - 3 * BLOCK_BYTES);
  });

  it('a whole file that is cut: from the leaf of the cut on', async () => {
    const { root, bytes } = smallestOfSeveralLeaves();
    await edge.kill('SIGKILL');
    await truncate(fileOf(root, 'whole'), BLOCK_BYTES + 100);
    await restart();
    expect(await fetchedBytes()).toBe(bytes - BLOCK_BYTES);
  });

  it('a leaf of zeros that was never marked, in a file left open', async () => {
    const { root } = largest();
    await edge.kill('SIGKILL');
    await inParts(root);
    await overwrite(fileOf(root, 'data'), BLOCK_BYTES, new Uint8Array(BLOCK_BYTES));
    await leftOpen(root, [1]);
    await restart();
    expect(await fetchedBytes()).toBe(BLOCK_BYTES);
  });

  it('a mark that was not written, of a leaf that was: nothing is fetched', async () => {
    const { root } = largest();
    await edge.kill('SIGKILL');
    await inParts(root);
    await leftOpen(root, [0, 2]);
    await restart();
    expect(await fetchedBytes()).toBe(0);
  });

  it('a torn sidecar: the data is judged anew, and nothing is fetched', async () => {
    const { root } = largest();
    await edge.kill('SIGKILL');
    await inParts(root);
    await truncate(fileOf(root, 'have'), 40);
    await restart();
    expect(await fetchedBytes()).toBe(0);
  });

  it('a torn sidecar beside damaged data: one leaf', async () => {
    const { root } = largest();
    await edge.kill('SIGKILL');
    await inParts(root);
    await truncate(fileOf(root, 'have'), 0);
    await overwrite(fileOf(root, 'data'), 2 * BLOCK_BYTES + 7, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    await restart();
    expect(await fetchedBytes()).toBe(BLOCK_BYTES);
  });

  it('a data file that is gone: that file', async () => {
    const { root, bytes } = largest();
    await edge.kill('SIGKILL');
    await inParts(root);
    await rm(fileOf(root, 'data'));
    await restart();
    expect(await fetchedBytes()).toBe(bytes);
  });
});

/** Makes the sidecar what it is when a process dies while it writes: open, with some leaves not marked. */
async function leftOpen(root: string, unmarked: readonly number[]): Promise<void> {
  const file = fileOf(root, 'have');
  const leaves = Math.ceil(largest().bytes / BLOCK_BYTES);
  const marks = new Uint8Array(leaves).fill(1);
  for (const leaf of unmarked) marks[leaf] = 0;
  await overwrite(file, HAVE_STATE_OFFSET, encodeState('open'));
  await overwrite(file, HAVE_HEADER_BYTES, marks);
}
