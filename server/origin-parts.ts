/** The parts of an origin that last as long as it runs: catalog, store, seed, feed, uploads. */
import { join } from 'node:path';
import type { Spread } from '../shared/api-types/admin.ts';
import { invariant } from '../shared/errors.ts';
import { randomPeerId } from '../shared/node/crypto/identity.ts';
import { ImageReaders } from '../shared/node/http/image-readers.ts';
import type { Logger } from '../shared/node/process/logger.ts';
import { type DiskPieceStore, openDiskPieceStore } from '../shared/node/store/disk-piece-store.ts';
import { createSwarmNode } from '../shared/node/swarm-node.ts';
import type { SwarmNode } from '../shared/node/swarm-node-api.ts';
import type { PeerId } from '../shared/units.ts';
import type { Catalog } from './catalog/catalog-api.ts';
import { openCatalog } from './catalog/open-catalog.ts';
import type { OriginConfig } from './config.ts';
import { Acknowledgements } from './feed/acknowledgements.ts';
import { EdgeRegistry } from './feed/edge-registry.ts';
import { FeedServer } from './feed/feed-server.ts';
import { createIngest } from './ingest/ingest.ts';
import type { Ingest } from './ingest/ingest-api.ts';
import { OriginRenditionSource } from './rendition-source.ts';
import { OriginSwarm } from './swarm.ts';
import { type TrustedProxies, trustedProxies } from './tracker/client-address.ts';
import { FleetAnnounces } from './tracker/fleet-announces.ts';
import { createSpread } from './tracker/spread.ts';
import { Tracker } from './tracker/tracker.ts';

export interface OriginParts {
  readonly peerId: PeerId;
  readonly catalog: Catalog;
  readonly store: DiskPieceStore;
  readonly node: SwarmNode;
  readonly swarm: OriginSwarm;
  readonly renditions: OriginRenditionSource;
  readonly readers: ImageReaders;
  readonly registry: EdgeRegistry;
  readonly feed: FeedServer;
  readonly acknowledgements: Acknowledgements;
  readonly tracker: Tracker;
  readonly spread: (entry: number) => Spread;
  readonly proxies: TrustedProxies;
  readonly ingest: Ingest;
}

export interface OriginPartsOptions {
  readonly config: OriginConfig;
  readonly log: Logger;
  readonly onFatal: (error: unknown) => void;
  readonly publicUrl: () => string;
  readonly workerModulePath?: string;
}

/** Closes again what it opened, if one of them does not open. */
export async function openOriginParts(options: OriginPartsOptions): Promise<OriginParts> {
  const { dataFolder } = options.config;
  const undo: (() => Promise<void>)[] = [];
  try {
    const catalog = await openCatalog({ dataFolder });
    undo.push(() => catalog.close());
    const store = await openStore(dataFolder, options.log);
    undo.push(() => store.close());
    return await joinParts(options, catalog, store, undo);
  } catch (error) {
    for (const close of undo.reverse()) await close();
    throw error;
  }
}

async function openStore(dataFolder: string, log: Logger): Promise<DiskPieceStore> {
  return openDiskPieceStore({
    directory: join(dataFolder, 'store'),
    // Whole files are kept by the rendition source; this is for blocks on their way to other nodes.
    cacheBytes: 64 * 1_048_576,
    onError: (error) => log.error({ err: error }, 'store failed'),
  });
}

/** A link carries one torrent: 200 image sets on their way to eight edges are 1,600 links. */
const MAX_LINKS = 4_000;

function openNode(
  { config, log, onFatal }: OriginPartsOptions,
  peerId: PeerId,
  store: DiskPieceStore,
): Promise<SwarmNode> {
  const { host, peerPort, upRateBytesPerSecond, downRateBytesPerSecond } = config;
  const rates = { upRateBytesPerSecond, downRateBytesPerSecond };
  return createSwarmNode(
    { peerId, host, peerPort, localAddress: undefined, maxLinks: MAX_LINKS, ...rates },
    // The origin fetches from nobody's HTTP: no URL that anyone sends is ever asked (threat row 25).
    { store, log, trustedOrigins: [], onFatal },
  );
}

async function joinParts(
  options: OriginPartsOptions,
  catalog: Catalog,
  store: DiskPieceStore,
  undo: (() => Promise<void>)[],
): Promise<OriginParts> {
  const { config, log, publicUrl } = options;
  const peerId = randomPeerId();
  const node = await openNode(options, peerId, store);
  undo.push(() => node.close());
  const renditions = new OriginRenditionSource({
    image: (id) => catalog.image(id),
    store,
    openFile: (torrent, root) => node.openFile(torrent, root),
    asked: () => node.readerAsked(),
  });
  // Before the ingest: a purged torrent leaves the swarm before its files leave the store.
  const swarm = new OriginSwarm({
    catalog,
    node,
    onFault: (error, { id }) => log.error({ err: error, image: id }, 'image set is not seeded'),
  });
  const readers = new ImageReaders();
  catalog.onPurged((image) => {
    renditions.forget(image);
    readers.cut(image.id);
  });
  const proxies = trustedProxies(config.trustedProxies);
  invariant(proxies, 'proxies were parsed with the flags');
  const registry = new EdgeRegistry();
  registry.onChange(() => node.setFleet(fleetOf(registry)));
  const origin = { peerId, port: node.peerPort, advertiseIp: config.advertiseIp };
  const announces = new FleetAnnounces(() => catalog.head().number);
  const acknowledgements = new Acknowledgements({
    registry,
    head: () => catalog.head().number,
    waitMs: config.purgeWaitMs,
    now: () => performance.now(),
  });
  const feed = new FeedServer({
    catalog,
    registry,
    announces,
    acknowledgements,
    peer: origin,
    publicUrl,
    fleetToken: config.fleetToken,
    proxies,
    onError: (error) => log.error({ err: error }, 'feed failed'),
    onTwin: (twins) =>
      log.warn(
        { code: 'feed_seat_taken', ...twins },
        'two edges have one peer id and the second is refused: if a data folder was copied, delete peer-id in one of the two',
      ),
  });
  undo.push(() => feed.close());
  const tracker = new Tracker({ catalog, registry, announces, origin });
  undo.push(async () => tracker.close());
  const onFault = (error: unknown) => log.error({ err: error }, 'ingest failed');
  const { workerModulePath } = options;
  const ingest = await createIngest({
    catalog,
    store,
    dataFolder: config.dataFolder,
    publicUrl,
    onFault,
    ...(workerModulePath === undefined ? {} : { workerModulePath }),
  });
  const spread = createSpread(registry, announces.sets, () => performance.now());
  return {
    peerId,
    catalog,
    store,
    node,
    swarm,
    renditions,
    readers,
    registry,
    feed,
    acknowledgements,
    tracker,
    spread,
    proxies,
    ingest,
  };
}

function fleetOf(registry: EdgeRegistry) {
  return registry.fleet(performance.now()).map(({ peerId, ip }) => ({ peerId, isOrigin: false, ip }));
}
