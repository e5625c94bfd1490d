/** Puts an edge together and takes it apart again. */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { createLogCrypto } from '../shared/node/crypto/log-crypto.ts';
import { nodeHashes } from '../shared/node/hashing/node-hashes.ts';
import { createHealth } from '../shared/node/http/health.ts';
import { HttpMetrics } from '../shared/node/http/http-metrics.ts';
import { createImageRoute } from '../shared/node/http/image-route.ts';
import { createRegistry } from '../shared/node/http/node-metrics.ts';
import { sendProblem } from '../shared/node/http/problem-response.ts';
import { type HttpServer, startHttpServer } from '../shared/node/http/server.ts';
import type { Logger } from '../shared/node/process/logger.ts';
import { packageVersion } from '../shared/node/process/version.ts';
import { type DiskPieceStore, openDiskPieceStore } from '../shared/node/store/disk-piece-store.ts';
import { nodeFileSystem } from '../shared/node/store/file-system.ts';
import { createSwarmNode } from '../shared/node/swarm-node.ts';
import type { SwarmNode } from '../shared/node/swarm-node-api.ts';
import { type Random, seededRandom } from '../shared/random.ts';
import type { PeerId } from '../shared/units.ts';
import type { EdgeConfig } from './config.ts';
import { EdgeStatus } from './edge-status.ts';
import type { FeedClientLimits } from './feed/feed-client.ts';
import { Follower } from './feed/follower.ts';
import { LogStore } from './feed/log-store.ts';
import { FleetBook } from './fleet-book.ts';
import { createTorrentRoute } from './http/torrent-route.ts';
import { loadPeerId } from './identity.ts';
import { EdgeImages } from './images/edge-images.ts';
import { ImageTable } from './images/image-table.ts';
import { TorrentFiles } from './images/torrent-files.ts';
import { TorrentSource } from './images/torrent-source.ts';
import { OriginFetch } from './origin-fetch.ts';

export interface EdgeParts {
  readonly log: Logger;
  /** A broken invariant of our own: the process should end. */
  onFatal(error: unknown): void;
  readonly feedLimits?: Partial<FeedClientLimits>;
}

export interface RunningEdge {
  readonly port: number;
  readonly peerPort: number;
  readonly peerId: PeerId;
  /** `/readyz` says no from now on. */
  drain(): void;
  /** The steps of {@link close} by name, in order; each may be given a time of its own. */
  readonly closers: readonly (readonly [name: string, close: () => Promise<void>])[];
  /** Drains and ends. */
  close(): Promise<void>;
}

/** Links to hold at once: a fleet of some dozens, several torrents each, and strangers. */
const MAX_LINKS = 512;
const PROGRESS_EVERY_MS = 1_000;
/** Answers that run when the edge stops get so long; all of the stop has 5 s. */
const HTTP_DRAIN_MS = 1_500;

/**
 * @throws UserError for a data folder that does not fit the flags; what listening and opening files throw
 */
export async function startEdge(config: EdgeConfig, parts: EdgeParts): Promise<RunningEdge> {
  await nodeFileSystem.makeDirectory(config.dataFolder);
  const random = seededRandom(randomInt(2 ** 47));
  const peerId = await loadPeerId(config.dataFolder);
  const table = new ImageTable();
  const fleet = new FleetBook(peerId);
  let images: EdgeImages | undefined;
  const log = await LogStore.open({
    dataFolder: config.dataFolder,
    rootKey: config.rootKey,
    crypto: createLogCrypto(),
    now: Date.now,
    listener: {
      applied: (change) => {
        const effect = table.apply(change);
        images?.changed(effect);
      },
      rebuilt: (changes) => {
        for (const effect of table.rebuild(changes)) images?.changed(effect);
      },
      diskFailed: (error) => parts.log.error({ err: error }, 'the log could not be written'),
    },
  });
  if (log.cutBytes > 0)
    parts.log.warn({ bytes: log.cutBytes }, 'end of the log was damaged and is fetched again');
  const store = await openDiskPieceStore({
    directory: join(config.dataFolder, 'pieces'),
    onError: (error) => parts.log.error({ err: error }, 'the piece store failed'),
  });
  const swarm = await startSwarm(config, parts, peerId, store);
  fleet.onChange(() => {
    swarm.setFleet(
      fleet.nodes().map((node) => ({ peerId: node.peerId, isOrigin: node.isOrigin, ip: node.address.ip })),
    );
  });
  const origin = new OriginFetch(new URL(config.origin));
  images = await openImages({ config, parts, table, swarm, store, fleet, origin, random });
  return await serve({ config, parts, peerId, log, store, swarm, fleet, origin, images, random });
}

function startSwarm(
  config: EdgeConfig,
  parts: EdgeParts,
  peerId: PeerId,
  store: DiskPieceStore,
): Promise<SwarmNode> {
  return createSwarmNode(
    {
      peerId,
      host: config.host,
      peerPort: config.peerPort,
      localAddress: undefined,
      upRateBytesPerSecond: config.upRateBytesPerSecond,
      downRateBytesPerSecond: config.downRateBytesPerSecond,
      maxLinks: MAX_LINKS,
    },
    { store, log: parts.log, trustedOrigins: [new URL(config.origin).origin], onFatal: parts.onFatal },
  );
}

interface ImagesParts {
  readonly config: EdgeConfig;
  readonly parts: EdgeParts;
  readonly table: ImageTable;
  readonly swarm: SwarmNode;
  readonly store: DiskPieceStore;
  readonly fleet: FleetBook;
  readonly origin: OriginFetch;
  readonly random: Random;
}

async function openImages(given: ImagesParts): Promise<EdgeImages> {
  const { config } = given;
  const files = await TorrentFiles.open(config.dataFolder);
  return new EdgeImages({
    table: given.table,
    swarm: given.swarm,
    store: given.store,
    fleet: given.fleet,
    random: given.random,
    files,
    source: new TorrentSource(files, given.origin, nodeHashes),
    log: given.parts.log,
    prefetch: config.prefetch,
    cacheBytes: config.cacheBytes,
    memoryBytes: config.memoryBytes,
    torrentOptions: {
      want: config.prefetch,
      superSeed: false,
      webSeeds: [`${config.origin}/images/`],
      announceUrl: `${config.origin}/announce`,
    },
  });
}

interface ServeParts {
  readonly config: EdgeConfig;
  readonly parts: EdgeParts;
  readonly peerId: PeerId;
  readonly log: LogStore;
  readonly store: DiskPieceStore;
  readonly swarm: SwarmNode;
  readonly fleet: FleetBook;
  readonly origin: OriginFetch;
  readonly images: EdgeImages;
  readonly random: Random;
}

async function serve(given: ServeParts): Promise<RunningEdge> {
  const { config, parts, peerId, log, swarm, images } = given;
  let http: HttpServer | undefined;
  const follower = new Follower({
    origin: config.origin,
    log: parts.log,
    store: log,
    fleet: given.fleet,
    random: given.random,
    introduction: () => ({
      name: config.name,
      peerId,
      peerPort: swarm.peerPort,
      advertiseIp: config.advertiseIp ?? null,
      publicUrl: config.publicUrl ?? null,
      httpPort: http?.port ?? config.port,
      fleetToken: config.fleetToken ?? null,
    }),
    welcomed: () => images.originIsBack(),
    ...(parts.feedLimits ? { limits: parts.feedLimits } : {}),
  });
  const version = packageVersion();
  const status = new EdgeStatus({ name: config.name, version, peerId, swarm, images, log, follower });
  http = await listen(given, status);
  await images.start();
  follower.start();
  const reporting = setInterval(reporter(follower, status), PROGRESS_EVERY_MS);
  const sweeping = sweepOnceCaughtUp(given);
  const httpServer = http;
  const closers = [
    ['http', () => httpServer.close(HTTP_DRAIN_MS)],
    ['feed', () => follower.close()],
    ['images', () => images.close()],
    ['swarm', () => swarm.close()],
    ['store', () => given.store.close()],
    ['log', () => log.close()],
  ] as const;
  const drain = () => {
    status.drain();
    clearInterval(reporting);
    clearInterval(sweeping);
    given.origin.close();
  };
  return {
    port: http.port,
    peerPort: swarm.peerPort,
    peerId,
    drain,
    closers,
    close: async () => {
      drain();
      for (const [, close] of closers) await close();
    },
  };
}

function listen(given: ServeParts, status: EdgeStatus): Promise<HttpServer> {
  const { config, parts, images } = given;
  const metrics = new HttpMetrics('edge');
  const registry = createRegistry(metrics, () => status.status());
  status.register(registry);
  const routes = [
    createImageRoute({
      source: images.renditions,
      role: 'edge',
      nodeName: config.name,
      metrics,
      log: parts.log,
    }),
    createHealth({
      ready: () => status.ready(),
      status: () => status.status(),
      registry,
      metrics,
      log: parts.log,
    }),
    createTorrentRoute({ torrent: (infoHash) => images.torrent(infoHash), metrics }),
  ];
  return startHttpServer({
    host: config.host,
    port: config.port,
    log: parts.log,
    handler: (request, response) => {
      for (const route of routes) if (route(request, response)) return;
      metrics.answered('other', 404);
      sendProblem(response, { status: 404, code: 'not_found', detail: 'There is nothing at this address.' });
    },
  });
}

/** Says what changed, and nothing when nothing did. */
function reporter(follower: Follower, status: EdgeStatus): () => void {
  let said = '';
  return () => {
    if (!follower.isConnected) {
      said = '';
      return;
    }
    const progress = status.progress();
    const text = JSON.stringify(progress);
    if (text === said) return;
    said = text;
    follower.report(progress);
  };
}

function sweepOnceCaughtUp({ log, images, parts }: ServeParts): NodeJS.Timeout {
  const timer = setInterval(() => {
    if (!log.caughtUp) return;
    clearInterval(timer);
    images.sweep().catch((error: unknown) => parts.log.warn({ err: error }, 'the sweep failed'));
  }, PROGRESS_EVERY_MS);
  return timer;
}
