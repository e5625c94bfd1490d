/**
 * The catalog that a run sells: variations of real photos, published once by a real origin and kept in the system's
 * folder for temporary files under a name that tells what they were made of.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ProductList } from '../../../shared/api-types/catalog.ts';
import type { NodeStatus } from '../../../shared/api-types/status.ts';
import { eventually } from '../../support/fleet.ts';
import { hashOf, originMakersKey } from '../../support/origin-makers.ts';
import { findPhotos } from '../../support/photo-source.ts';
import { isAlive } from '../../support/processes.ts';
import type { Network } from './addresses.ts';
import { NodeProgram } from './node-program.ts';
import { makeVariations } from './variations.ts';

export interface CatalogWanted {
  readonly photosFolder: string;
  readonly photos: number;
  readonly seed: number;
}

export const ADMIN_TOKEN = 'load';
const IMPORT_LIMIT_MS = 15 * 60_000;

export interface PublishedCatalog {
  /** A copy of it is an origin's data folder. */
  readonly dataFolder: string;
  readonly list: ProductList;
  /** SHA-256 of each rendition, hexadecimal, by its URL. */
  readonly digests: ReadonlyMap<string, string>;
}

/** @throws AbortError when it was ended early; a catalog is whole or not there */
export async function publishedCatalog(
  wanted: CatalogWanted,
  network: Network,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<PublishedCatalog> {
  const photos = await findPhotos(wanted.photosFolder, path.join(tmpdir(), 'shoal-load-noise'));
  if (!photos.isReal) onProgress(`no photos in ${wanted.photosFolder}: product photos are made of noise`);
  const prefix = `shoal-load-catalog-${hashOf([`${wanted.photos} ${wanted.seed}\n${photos.key}`])}-`;
  const folder = path.join(tmpdir(), `${prefix}${originMakersKey()}`);
  if (existsSync(folder)) return read(folder);
  for (const name of leftovers(readdirSync(tmpdir()), prefix, isAlive))
    rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  const draft = `${folder}.${process.pid}`;
  try {
    onProgress(`making ${wanted.photos} product photos of ${photos.files.length} photos (once)`);
    const made = path.join(draft, 'photos');
    mkdirSync(made, { recursive: true });
    await makeVariations(made, photos.files, wanted, signal);
    await publish(made, path.join(draft, 'catalog'), network, signal, onProgress);
    putInPlace(path.join(draft, 'catalog'), folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return read(folder);
}

/**
 * Catalogs of an older build, and what killed runs left of one that they made.
 * @param isRunning whether a process is: its draft is its own
 */
export function leftovers(
  names: readonly string[],
  prefix: string,
  isRunning: (processId: number) => boolean,
): readonly string[] {
  return names.filter((name) => {
    const maker = /\.(\d+)$/.exec(name)?.[1];
    return name.startsWith(prefix) && (maker === undefined || !isRunning(Number(maker)));
  });
}

/** Two runs may make the same one at once: the first one's stays. */
function putInPlace(made: string, folder: string): void {
  try {
    renameSync(made, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

function read(folder: string): PublishedCatalog {
  const { list, digests } = JSON.parse(readFileSync(path.join(folder, 'catalog.json'), 'utf8')) as {
    list: ProductList;
    digests: [string, string][];
  };
  return { dataFolder: path.join(folder, 'origin'), list, digests: new Map(digests) };
}

/** As every run has an origin of its own. */
export function copyCatalog(folder: string, to: string): void {
  cpSync(folder, to, { recursive: true });
}

async function publish(
  photos: string,
  folder: string,
  network: Network,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<void> {
  const dataFolder = path.join(folder, 'origin');
  const ip = network.innerIp(0);
  const url = network.innerUrl(0);
  const where = ['--host', ip, '--port', new URL(url).port, '--peer-port', '0', '--data', dataFolder];
  mkdirSync(dataFolder, { recursive: true });
  const logPath = path.join(folder, 'import.log');
  writeFileSync(logPath, '');
  const origin = new NodeProgram({
    command: ['server/main.js', ...where, '--import', photos, '--admin-token', ADMIN_TOKEN],
    ip,
    readyUrl: `${url}/readyz`,
    logPath,
  });
  try {
    await origin.start();
    const all = readdirSync(photos).length;
    let told = 0;
    await eventually(
      `${all} photos are published`,
      async () => {
        signal.throwIfAborted();
        const { images } = (await (await fetch(`${url}/status`)).json()) as NodeStatus;
        if (images.known >= told + 10) {
          told = images.known;
          onProgress(`published ${told} of ${all}`);
        }
        return images.known === all;
      },
      IMPORT_LIMIT_MS,
    );
    const list = (await (await fetch(`${url}/api/products`)).json()) as ProductList;
    const catalog = { list, digests: await digestsOf(url, list) };
    writeFileSync(path.join(folder, 'catalog.json'), JSON.stringify(catalog));
  } finally {
    await origin.kill();
  }
}

async function digestsOf(base: string, { products }: ProductList): Promise<[string, string][]> {
  const digests: [string, string][] = [];
  for (const { url } of products.flatMap(({ images }) => images.flatMap(({ renditions }) => renditions))) {
    const body = new Uint8Array(await (await fetch(`${base}${url}`)).arrayBuffer());
    digests.push([url, createHash('sha256').update(body).digest('hex')]);
  }
  return digests;
}
