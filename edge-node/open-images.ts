/** The edge's images with all that they need: where their torrents come from, and what they may take. */
import { nodeHashes } from '../shared/node/hashing/node-hashes.ts';
import { webSeedSigner } from '../shared/node/http/image-access.ts';
import type { Logger } from '../shared/node/process/logger.ts';
import type { SwarmNode } from '../shared/node/swarm-node-api.ts';
import type { Random } from '../shared/random.ts';
import type { Closer } from './closer.ts';
import { type EdgeConfig, memoryShare } from './config.ts';
import type { EdgeStorage } from './edge-storage.ts';
import type { LogStore } from './feed/log-store.ts';
import type { FleetBook } from './fleet-book.ts';
import { EdgeImages } from './images/edge-images.ts';
import type { HashDesk } from './images/hash-desk.ts';
import type { ImageTable } from './images/image-table.ts';
import type { OfferedHashes } from './images/offered-hashes.ts';
import { PassThrough } from './images/pass-through.ts';
import { SiblingTorrents } from './images/sibling-torrents.ts';
import { TorrentSource } from './images/torrent-source.ts';
import { OriginFetch } from './origin-fetch.ts';

const EVERY_SECOND_MS = 1_000;

export interface Held {
  readonly table: ImageTable;
  readonly storage: EdgeStorage;
  readonly swarm: SwarmNode;
  readonly fleet: FleetBook;
  readonly hashes: OfferedHashes;
  readonly desk: HashDesk;
  readonly random: Random;
}

export function openImages(config: EdgeConfig, log: Logger, held: Held, opened: Closer[]): EdgeImages {
  const { table, storage, swarm, fleet, hashes, desk, random } = held;
  const origin = new OriginFetch(new URL(config.origin));
  opened.push(['origin', () => origin.close()]);
  const siblings = new SiblingTorrents({ urls: () => fleet.urls(), random });
  const { prefetch, cacheBytes } = config;
  const images = new EdgeImages({
    table,
    swarm,
    store: storage.pieces,
    fleet,
    random,
    files: storage.torrents,
    source: new TorrentSource(storage.torrents, hashes, origin, nodeHashes, desk, siblings),
    desk,
    hashes,
    notes: storage.notes,
    log,
    prefetch,
    cacheBytes,
    memoryBytes: memoryShare(config),
    passThrough: new PassThrough(origin, pathSigner(config)),
    torrentOptions: {
      want: prefetch === 'all' ? 'all' : 'none',
      superSeed: false,
      webSeeds: [`${config.origin}/images/`],
      announceUrl: `${config.origin}/announce`,
    },
  });
  opened.push(['images', () => images.close()]);
  return images;
}

/** Paths below the origin's address, signed as all that an edge asks of its origin's web seed. */
function pathSigner({ origin, access }: EdgeConfig): (path: string) => string {
  const sign = webSeedSigner(access);
  const base = new URL(origin).href.replace(/\/$/, '');
  return (path) => (sign ? sign(new URL(base + path)).href.slice(base.length) : path);
}

/** What a crash left behind is removed once the log says what is wanted. */
export function sweepOnceCaughtUp(store: LogStore, images: EdgeImages, log: Logger): NodeJS.Timeout {
  const timer = setInterval(() => {
    if (!store.caughtUp) return;
    clearInterval(timer);
    images.published.sweep().catch((error: unknown) => log.warn({ err: error }, 'the sweep failed'));
  }, EVERY_SECOND_MS);
  return timer;
}
