/** A real origin and a real edge of it, both holding the same image whole: what HTTP promises, both must keep. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, expect } from 'vitest';
import { startEdge } from '../../edge-node/edge.ts';
import type { RunningEdge } from '../../edge-node/running-edge.ts';
import type { Image } from '../../shared/api-types/catalog.ts';
import type { NodeStatus } from '../../shared/api-types/status.ts';
import { edgeFlags, startProgram } from '../edge-node/support/edge-process.ts';
import { testConfig } from '../edge-node/support/test-edge.ts';
import { type OriginFixture, startOriginFixture } from '../server/support/origin-fixture.ts';
import { makeCertificate } from '../support/certificates.ts';
import { compile } from '../support/compiled.ts';
import { type Answer, askPort } from '../support/http-client.ts';
import { askHttp2 } from '../support/http2-client.ts';
import { waitFor } from '../support/wait-for.ts';

export const ROLES = ['origin', 'edge', 'edge with workers'] as const;
/** And an edge with TLS, asked over HTTP/2. */
export const SPOKEN = [...ROLES, 'edge over HTTP/2'] as const;
export type Role = (typeof SPOKEN)[number];

export interface Roles {
  readonly image: Image;
  /** `/images/:imageId`, to which a name or a query is added. */
  readonly path: string;
  port(role: Role): number;
  /** @param path below the image */
  ask(role: Role, path: string, headers?: OutgoingHttpHeaders, method?: string): Promise<Answer>;
}

/** Starts both before the tests of a file and stops them after; to be called at the file's top. */
/** @param roles default: those that speak HTTP/1.1 */
export function startRoles(roles: readonly Role[] = ROLES): Roles {
  let origin: OriginFixture;
  const edges = new Map<Role, Serving>();
  const folders: string[] = [];
  let image: Image;
  beforeAll(async () => {
    origin = await startOriginFixture();
    image = await uploadNoise(origin);
    for (const role of roles)
      if (role !== 'origin') edges.set(role, await startRole(origin.url, role, folders));
  });
  afterAll(async () => {
    for (const edge of edges.values()) await edge.close();
    await origin?.close();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });
  const port = (role: Role) => (role === 'origin' ? origin.origin.port : edges.get(role)!.port);
  return {
    get image() {
      return image;
    },
    get path() {
      return `/images/${image.id}`;
    },
    port,
    ask: (role, path, headers, method) =>
      (role === 'edge over HTTP/2' ? askHttp2 : askPort)(
        port(role),
        `/images/${image.id}${path}`,
        headers,
        method,
      ),
  };
}

type Serving = Pick<RunningEdge, 'port' | 'close'>;

/** As a process of its own: so node:cluster can fork it. */
async function startWithWorkers(origin: string, dataFolder: string): Promise<Serving> {
  const program = await compile('edge-node/main.ts');
  const { child, ended, port } = startProgram(program, [...edgeFlags(origin, dataFolder), '--workers', '2']);
  const close = async (): Promise<void> => {
    child.kill();
    await ended;
    await program.remove();
  };
  return { port: await port, close };
}

async function startRole(origin: string, role: Role, folders: string[]): Promise<Serving> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'shoal-edge-'));
  folders.push(dataFolder);
  const secure = role === 'edge over HTTP/2';
  const tls = secure ? { tls: makeCertificate('localhost', dataFolder), publicUrl: 'https://localhost' } : {};
  const log = pino({ level: 'silent' });
  const config = testConfig(origin, { dataFolder, ...tls });
  const edge =
    role === 'edge with workers'
      ? await startWithWorkers(origin, dataFolder)
      : await startEdge(config, { log, onFatal: () => undefined });
  const ask = secure ? askHttp2 : askPort;
  await waitFor(
    async () => {
      const { body } = await ask(edge.port, '/status');
      expect((JSON.parse(body.toString()) as NodeStatus).images.complete).toBe(1);
    },
    { timeout: 30_000, interval: 50 },
  );
  return edge;
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
