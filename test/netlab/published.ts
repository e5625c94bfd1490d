/**
 * The data folder of an origin that has published a payload: made once by a real origin (`--import`), kept in the
 * system's folder for temporary files under a name that tells what it was made of, and copied for each run.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Image, ProductList } from '../../shared/api-types/catalog.ts';
import type { NodeStatus } from '../../shared/api-types/status.ts';
import { eventually, PROJECT } from '../support/fleet.ts';
import { hashOf, originMakersKey } from '../support/origin-makers.ts';
import type { PhotoSource } from '../support/photo-source.ts';
import { hostIp, SEED } from './hosts.ts';
import { makePhotos, type WantedSets } from './payload.ts';
import { sandboxFolder } from './sandbox.ts';

export const ORIGIN_PORT = 8080;
export const ORIGIN_PEER_PORT = 6881;
export const ORIGIN_URL = `http://${hostIp(SEED)}:${ORIGIN_PORT}`;
export const ADMIN_TOKEN = 'netlab';

export interface Published {
  /** A copy of it is an origin's data folder. */
  readonly dataFolder: string;
  readonly images: readonly Image[];
  readonly totalBytes: number;
}

const PAYLOAD_VERSION = 2;
/** In the runner's own network, where nothing else listens. */
const IMPORT_PORT = 18_080;
const IMPORT_LIMIT_MS = 10 * 60_000;

/** The photos alone, for uploads. @returns their folder */
export async function photosFor(source: PhotoSource, wanted: WantedSets): Promise<string> {
  const text = `${PAYLOAD_VERSION} ${wanted.sets} ${wanted.bytesEach}\n${source.key}`;
  const folder = path.join(tmpdir(), `shoal-netlab-photos-${hashOf([text])}`);
  if (!existsSync(folder)) {
    console.error(`making ${wanted.sets} photos of ${Math.round(wanted.bytesEach / 1024)} KiB (once)`);
    await drafted(folder, (draft) => makePhotos(draft, source.files, wanted));
  }
  return folder;
}

export async function publishedFor(source: PhotoSource, wanted: WantedSets): Promise<Published> {
  const photos = await photosFor(source, wanted);
  const prefix = `shoal-netlab-origin-${path.basename(photos).slice(-16)}-`;
  const folder = path.join(tmpdir(), `${prefix}${originMakersKey()}`);
  if (!existsSync(folder)) {
    // Made by an older build.
    for (const name of readdirSync(tmpdir()))
      if (name.startsWith(prefix)) rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
    console.error(`publishing ${wanted.sets} photos (once)`);
    await drafted(folder, (draft) => publish(photos, draft));
  }
  const images = JSON.parse(readFileSync(path.join(folder, 'images.json'), 'utf8')) as Image[];
  return { dataFolder: path.join(folder, 'origin'), images, totalBytes: bytesOf(images) };
}

export const bytesOf = (images: readonly Image[]): number =>
  images.flatMap(({ renditions }) => renditions).reduce((sum, { bytes }) => sum + bytes, 0);

async function drafted(folder: string, make: (draft: string) => Promise<void>): Promise<void> {
  // In the run's own folder, which goes away with the run, however that ends.
  const draft = path.join(sandboxFolder() ?? tmpdir(), `draft-${path.basename(folder)}`);
  try {
    await make(draft);
    // The run's folder is in memory, and only on one file system is a rename all or nothing.
    const beside = `${folder}.${process.pid}`;
    cpSync(draft, beside, { recursive: true });
    renameSync(beside, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function publish(photos: string, folder: string): Promise<void> {
  const where = ['--host', '127.0.0.1', '--port', `${IMPORT_PORT}`, '--peer-port', '0'];
  const what = ['--data', path.join(folder, 'origin'), '--import', photos, '--admin-token', ADMIN_TOKEN];
  const program = path.join(PROJECT, 'dist/server/main.js');
  const child = spawn(process.execPath, [program, ...where, ...what, '--public-url', ORIGIN_URL], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    const images = await whenPublished(child, readdirSync(photos).length);
    writeFileSync(path.join(folder, 'images.json'), JSON.stringify(images));
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}

async function whenPublished(child: ChildProcess, sets: number): Promise<readonly Image[]> {
  const origin = `http://127.0.0.1:${IMPORT_PORT}`;
  await eventually(
    `${sets} photos are published`,
    async () => {
      if (child.exitCode !== null) throw new Error(`the origin ended with ${child.exitCode}`);
      const response = await fetch(`${origin}/status`).catch(() => undefined);
      if (!response?.ok) return false;
      return ((await response.json()) as NodeStatus).images.known === sets;
    },
    IMPORT_LIMIT_MS,
  );
  const { products } = (await (await fetch(`${origin}/api/products`)).json()) as ProductList;
  return products.flatMap(({ images }) => images);
}
