/** A real origin and a real edge of it, both holding the same image whole: what HTTP promises, both must keep. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { type RunningEdge, startEdge } from '../../edge-node/edge.ts';
import type { Image } from '../../shared/api-types/catalog.ts';
import type { NodeStatus } from '../../shared/api-types/status.ts';
import { testConfig } from '../edge-node/support/test-edge.ts';
import { type OriginFixture, startOriginFixture } from '../server/support/origin-fixture.ts';

export const ROLES = ['origin', 'edge'] as const;
export type Role = (typeof ROLES)[number];

export interface Roles {
  readonly image: Image;
  /** `/images/:imageId`, to which a name or a query is added. */
  readonly path: string;
  port(role: Role): number;
}

/** Starts both before the tests of a file and stops them after; to be called at the file's top. */
export function startRoles(): Roles {
  let origin: OriginFixture;
  let edge: RunningEdge;
  let image: Image;
  let dataFolder: string;
  beforeAll(async () => {
    origin = await startOriginFixture();
    image = await uploadNoise(origin);
    dataFolder = await mkdtemp(join(tmpdir(), 'shoal-edge-'));
    const log = pino({ level: 'silent' });
    edge = await startEdge(testConfig(origin.url, { dataFolder }), { log, onFatal: () => undefined });
    await vi.waitFor(
      async () => {
        const status = (await (await fetch(`http://127.0.0.1:${edge.port}/status`)).json()) as NodeStatus;
        expect(status.images.complete).toBe(1);
      },
      { timeout: 30_000, interval: 50 },
    );
  });
  afterAll(async () => {
    await edge?.close();
    await origin?.close();
    if (dataFolder !== undefined) await rm(dataFolder, { recursive: true, force: true });
  });
  return {
    get image() {
      return image;
    },
    get path() {
      return `/images/${image.id}`;
    },
    port: (role) => (role === 'edge' ? edge.port : origin.origin.port),
  };
}

/** Noise compresses badly, so that its larger renditions have many blocks. */
async function uploadNoise(origin: OriginFixture): Promise<Image> {
  const body = JSON.stringify({ title: 'Noise', description: '', priceCents: 900, currency: 'EUR' });
  const headers = { 'content-type': 'application/json' };
  const product = await origin.admin('/products', { method: 'POST', body, headers });
  const { id } = (await product.json()) as { id: string };
  const photo = await sharp({
    create: {
      width: 700,
      height: 420,
      channels: 3,
      background: 'gray',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
    .png()
    .toBuffer();
  const form = new FormData();
  form.append('image', new Blob([new Uint8Array(photo)]), 'noise.png');
  const answer = await origin.admin(`/products/${id}/images`, { method: 'POST', body: form });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Image;
}
