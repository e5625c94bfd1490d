/** A whole origin in this process, on free ports of loopback and in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import type { OriginConfig } from '../../../server/config.ts';
import { type RunningOrigin, startOrigin } from '../../../server/origin.ts';
import type { Image } from '../../../shared/api-types/catalog.ts';

import { compile } from '../../support/compiled.ts';

export const TOKEN = 'a-token-of-the-tests';

export interface OriginFixture {
  readonly origin: RunningOrigin;
  readonly url: string;
  readonly dataFolder: string;
  /** Lines that a log of level error got. */
  readonly faults: string[];
  admin(path: string, init?: RequestInit): Promise<Response>;
  /** Uploads a small photo on a new product. @param shade tells photos apart */
  upload(shade: number): Promise<Image>;
  close(): Promise<void>;
}

export async function startOriginFixture(over: Partial<OriginConfig> = {}): Promise<OriginFixture> {
  const dataFolder = over.dataFolder ?? (await mkdtemp(join(tmpdir(), 'shoal-origin-')));
  const faults: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void faults.push(line) });
  const config: OriginConfig = {
    host: '127.0.0.1',
    port: 0,
    dataFolder,
    peerPort: 0,
    publicUrl: undefined,
    advertiseIp: undefined,
    adminToken: TOKEN,
    fleetToken: undefined,
    importFolder: undefined,
    upRateBytesPerSecond: Number.POSITIVE_INFINITY,
    downRateBytesPerSecond: Number.POSITIVE_INFINITY,
    trustedProxies: [],
    purgeWaitMs: 2_000,
    access: { keys: [], referers: { hosts: [], allowsEmpty: true } },
    ...over,
  };
  const worker = await compile('server/ingest/worker/main.ts');
  const clean = async () => {
    await worker.remove();
    if (over.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true });
  };
  const origin = await startOrigin(config, { log, workerModulePath: worker.path }).catch(
    async (error: unknown) => {
      await clean();
      throw error;
    },
  );
  const url = `http://127.0.0.1:${origin.port}`;
  const admin = (path: string, init: RequestInit = {}) =>
    fetch(`${url}/admin${path}`, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${TOKEN}` },
    });
  return {
    origin,
    url,
    dataFolder,
    faults,
    admin,
    upload: (shade) => upload(admin, shade),
    close: async () => {
      await origin.close();
      await clean();
    },
  };
}

type Admin = OriginFixture['admin'];

async function upload(admin: Admin, shade: number): Promise<Image> {
  const body = JSON.stringify({ title: `Cup ${shade}`, description: '', priceCents: 900, currency: 'EUR' });
  const made = await admin('/products', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  const { id } = (await made.json()) as { id: string };
  const background = { r: shade, g: 100, b: 255 - shade };
  const photo = await sharp({ create: { width: 200, height: 120, channels: 3, background } })
    .png()
    .toBuffer();
  const form = new FormData();
  form.append('image', new Blob([new Uint8Array(photo)]), 'cup.png');
  const answer = await admin(`/products/${id}/images`, { method: 'POST', body: form });
  if (answer.status !== 201) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Image;
}
