import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Image } from '../../shared/api-types/catalog.ts';
import { eventually, Fleet, PROJECT, type RunningNode } from '../support/fleet.ts';

const fleet = new Fleet();
let full: RunningNode;
let image: Image;

beforeAll(async () => {
  await fleet.startOrigin();
  full = await fleet.startEdge({ name: 'full' });
  const photo = await readFile(path.join(PROJECT, 'server/demo/photos/bowl.jpg'));
  image = await fleet.upload(await fleet.createProduct('Bowl'), new Uint8Array(photo));
  await eventually('the first edge has the image', async () => (await full.status()).images.complete === 1);
});
afterAll(() => fleet.close());

/** @returns what an edge took by the time a shopper had all renditions of it */
async function takenBy(name: string, peers: 'all' | 'origin') {
  const edge = await fleet.startEdge({ name, prefetch: 'none', flags: ['--peers', peers] });
  for (const { url, bytes } of image.renditions) {
    const response = await fetch(edge.url + url);
    expect((await response.arrayBuffer()).byteLength).toBe(bytes);
  }
  return (await edge.status()).bytes;
}

test('--peers origin: an edge takes all it serves from the origin, and nothing from a sibling that has it', async () => {
  const before = (await full.status()).bytes.uploaded;
  const taken = await takenBy('alone', 'origin');
  expect(taken.fromPeers).toBe(0);
  expect(taken.fromOrigin).toBeGreaterThanOrEqual(Math.max(...image.renditions.map(({ bytes }) => bytes)));
  expect((await full.status()).bytes.uploaded).toBe(before);
});

test('--peers all: the sibling gives it', async () => {
  const taken = await takenBy('together', 'all');
  expect(taken.fromPeers).toBeGreaterThan(0);
});
