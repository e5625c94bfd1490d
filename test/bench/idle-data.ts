/**
 * The data folders of an origin with ten thousand published image sets and of an edge that holds them all, made by
 * the project's own parts (catalog, log, torrents, store) of small random renditions. Making them takes a minute,
 * so they are kept in the system's folder for temporary files.
 */
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogStore } from '../../edge-node/feed/log-store.ts';
import type { Catalog } from '../../server/catalog/catalog-api.ts';
import { openCatalog } from '../../server/catalog/open-catalog.ts';
import { makeImageSet } from '../../server/ingest/make-image-set.ts';
import type { Metainfo } from '../../shared/metainfo/metainfo.ts';
import { createLogCrypto } from '../../shared/node/crypto/log-crypto.ts';
import { encodeHave, storePaths } from '../../shared/node/store/have-file.ts';
import { seededRandom } from '../../shared/random.ts';
import { parseImageId } from '../../shared/units.ts';

export interface IdleData {
  readonly originFolder: string;
  readonly edgeFolder: string;
}

/** Named by what is in it: a change of the format below wants a new number. */
const VERSION = 1;
const WIDTHS = [160, 320, 640, 1280, 2048];
const FORMATS = [
  ['avif', 'image/avif'],
  ['webp', 'image/webp'],
  ['jpg', 'image/jpeg'],
] as const;
const IMAGES_PER_PRODUCT = 5;
const ENTRIES_AT_ONCE = 200;
const HEAD_VALID_MS = 3600_000;

/** @param sets image sets of 6 to 15 renditions, 20 to 100 KiB together */
export async function idleData(sets: number): Promise<IdleData> {
  const folder = join(tmpdir(), `shoal-bench-idle-${VERSION}-${sets}`);
  if (!existsSync(folder)) {
    const draft = `${folder}.${process.pid}.tmp`;
    rmSync(draft, { recursive: true, force: true });
    try {
      await make(draft, sets);
      renameSync(draft, folder);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  return { originFolder: join(folder, 'origin'), edgeFolder: join(folder, 'edge') };
}

async function make(folder: string, sets: number): Promise<void> {
  const originFolder = join(folder, 'origin');
  const edgeFolder = join(folder, 'edge');
  for (const path of [originFolder, join(edgeFolder, 'torrents'), join(folder, 'set')])
    mkdirSync(path, { recursive: true });
  const catalog = await openCatalog({ dataFolder: originFolder });
  try {
    let productId = '';
    for (let set = 0; set < sets; set++) {
      if (set % IMAGES_PER_PRODUCT === 0)
        productId = (
          await catalog.createProduct({
            title: `Product ${set}`,
            description: 'Made by a benchmark.',
            priceCents: 100,
            currency: 'EUR',
          })
        ).id;
      const metainfo = await publish(catalog, productId, join(folder, 'set'), set);
      placeFiles(metainfo, join(folder, 'set'), join(originFolder, 'store'), join(edgeFolder, 'pieces'));
      writeFileSync(join(edgeFolder, 'torrents', metainfo.infoHash), metainfo.bytes);
    }
    await copyLog(catalog, edgeFolder);
  } finally {
    await catalog.close();
  }
}

async function publish(catalog: Catalog, productId: string, folder: string, set: number): Promise<Metainfo> {
  const random = seededRandom(set + 1);
  const id = parseImageId(createHash('sha256').update(`set ${set}`).digest('hex').slice(0, 24));
  if (id === undefined) throw new Error('the image id is none');
  const count = 6 + random.integer(10);
  const totalBytes = (20 + random.integer(81)) * 1024;
  const files = Array.from({ length: count }, (_, index) => {
    const width = WIDTHS[index % WIDTHS.length] as number;
    const [extension, type] = FORMATS[Math.floor(index / WIDTHS.length)] as (typeof FORMATS)[number];
    const bytes = Math.floor(totalBytes / count) + random.integer(999);
    const content = createHash('shake128', { outputLength: bytes }).update(`${set} ${index}`).digest();
    writeFileSync(join(folder, `${width}.${extension}`), content);
    return { name: `${width}.${extension}`, width, height: width, type };
  });
  const ladder = { width: 2048, height: 2048, placeholder: 'AAAA', files };
  const { image, metainfo } = await makeImageSet(id, ladder, folder, 'http://127.0.0.1:1');
  await catalog.publishImage({ productId, alt: '', image, torrent: metainfo.bytes });
  return metainfo;
}

/** As `adopt` of the piece store leaves them; both nodes hold the same files, which neither ever writes to. */
function placeFiles(metainfo: Metainfo, from: string, originStore: string, edgeStore: string): void {
  for (const { name, root, lengthBytes } of metainfo.files) {
    const origin = storePaths(originStore, root);
    const edge = storePaths(edgeStore, root);
    for (const { directory } of [origin, edge]) mkdirSync(directory, { recursive: true });
    renameSync(join(from, name), origin.data);
    writeFileSync(origin.have, encodeHave({ root, lengthBytes }, 'complete', []));
    linkSync(origin.data, edge.data);
    linkSync(origin.have, edge.have);
  }
}

async function copyLog(catalog: Catalog, edgeFolder: string): Promise<void> {
  const log = await LogStore.open({
    dataFolder: edgeFolder,
    rootKey: catalog.rootKey,
    crypto: createLogCrypto(),
    listener: { applied: () => {}, rebuilt: () => {}, diskFailed: raise },
    now: Date.now,
  });
  while (log.head.number < catalog.head().number) {
    const refused = await log.offerEntries(await catalog.entriesAfter(log.head.number, ENTRIES_AT_ONCE));
    if (refused) throw refused;
  }
  await log.offerHead(catalog.signHead(Date.now(), HEAD_VALID_MS));
  await log.close();
}

function raise(error: Error): never {
  throw error;
}
