/** "Disks fill up", rot, and are changed behind an edge's back: noticed, fetched again, never served, never a crash. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { open, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Image } from '../../shared/api-types/catalog.ts';
import { BLOCK_BYTES } from '../../shared/units.ts';
import { eventually, Fleet, PROJECT } from '../support/fleet.ts';
import { expectServed } from '../support/published.ts';

const fleet = new Fleet();
let image: Image;

beforeAll(async () => {
  await fleet.startOrigin();
  const product = await fleet.createProduct('A photo');
  const photo = await readFile(path.join(PROJECT, 'server/demo/photos/stream.jpg'));
  image = await fleet.upload(product, new Uint8Array(photo));
}, 60_000);
afterAll(() => fleet.close());

it('threat row 51: a byte changed, a file cut and a file deleted while an edge runs are noticed and fetched again', async () => {
  const first = await fleet.startEdge({ name: 'changed' });
  await eventually('the edge is complete', async () => (await first.status()).images.complete === 1);
  await first.kill('SIGTERM');
  // Nothing is in its memory now.
  const edge = await fleet.startEdge({
    name: 'changed',
    data: first.data,
    flags: ['--memory-bytes', '64MiB'],
  });
  await eventually('the edge is complete', async () => (await edge.status()).images.complete === 1);
  const [changed, cut, deleted] = [...image.renditions]
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ root }) => path.join(edge.data, 'pieces', root.slice(0, 2), `${root}.whole`)) as [
    string,
    string,
    string,
  ];
  const file = await open(changed, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, BLOCK_BYTES + 5);
  await file.write(Buffer.from([(byte[0] as number) ^ 1]), 0, 1, BLOCK_BYTES + 5);
  await file.close();
  await truncate(cut, 100);
  await rm(deleted);
  await expectServed(edge.url, image, 'after the damage');
  await eventually('the edge is complete again', async () => (await edge.status()).images.complete === 1);
  const { bytes } = await edge.status();
  expect(bytes.fromPeers + bytes.fromOrigin).toBeGreaterThanOrEqual(
    Math.max(...image.renditions.map((each) => each.bytes)),
  );
  expect(await edge.kill('SIGTERM')).toBe(0);
}, 60_000);

/** Only root may mount a disk, and not in every container. */
function mountSmall(folder: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]).status === 0;
}

function mayMount(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-mount-'));
  const isMounted = mountSmall(folder);
  if (isMounted) spawnSync('umount', [folder]);
  rmdirSync(folder);
  return isMounted;
}

it.skipIf(!mayMount())(
  'threat row 51: an edge whose disk is full serves every byte right, and goes on when there is room',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'shoal-full-'));
    expect(mountSmall(folder)).toBe(true);
    try {
      const edge = await fleet.startEdge({ name: 'full', data: folder });
      await eventually('the disk is full', () => edge.output().includes('ENOSPC'));
      await expectServed(edge.url, image, 'with a full disk');
      expect((await fetch(`${edge.url}/healthz`)).status).toBe(200);
      spawnSync('mount', ['-o', 'remount,size=64m', folder]);
      await eventually('the edge is complete', async () => (await edge.status()).images.complete === 1);
      await expectServed(edge.url, image, 'with room again');
      expect(await edge.kill('SIGTERM')).toBe(0);
    } finally {
      await fleet.close();
      spawnSync('umount', [folder]);
      await rm(folder, { recursive: true });
    }
  },
  120_000,
);
