/** Puts an edge together and takes it apart again. */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { createLogCrypto } from '../shared/node/crypto/log-crypto.ts';
import { nodeHashes } from '../shared/node/hashing/node-hashes.ts';
import type { HttpServer } from '../shared/node/http/server.ts';
import type { Logger } from '../shared/node/process/logger.ts';
import { packageVersion } from '../shared/node/process/version.ts';
import { openDiskPieceStore } from '../shared/node/store/disk-piece-store.ts';
import { nodeFileSystem } from '../shared/node/store/file-system.ts';
import type { PieceStore } from '../shared/node/store/piece-store.ts';
import { createSwarmNode } from '../shared/node/swarm-node.ts';
import type { SwarmNode } from '../shared/node/swarm-node-api.ts';
import { seededRandom } from '../shared/random.ts';
import type { PeerId } from '../shared/units.ts';
import type { EdgeConfig } from './config.ts';
import { EdgeStatus } from './edge-status.ts';
import type { FeedClientLimits } from './feed/feed-client.ts';
import { FleetAnnouncer } from './feed/fleet-announcer.ts';
import { Follower } from './feed/follower.ts';
import { type LogListener, LogStore } from './feed/log-store.ts';
import { FleetBook } from './fleet-book.ts';
import { FleetFile } from './fleet-file.ts';
import { startEdgeServer } from './http/edge-server.ts';
import { loadPeerId } from './identity.ts';
import { CompleteSets } from './images/complete-sets.ts';
import { EdgeImages } from './images/edge-images.ts';
import { HashDesk } from './images/hash-desk.ts';
import { ImageTable } from './images/image-table.ts';
import { OfferedHashes } from './images/offered-hashes.ts';
import { TorrentFiles } from './images/torrent-files.ts';
import { TorrentSource } from './images/torrent-source.ts';
import { OriginFetch } from './origin-fetch.ts';
import { shareWriterThread } from './writer-thread.ts';

export interface EdgeParts {
  readonly log: Logger;
  /** A broken invariant of our own: the process should end. */
  onFatal(error: unknown): void;
  readonly feedLimits?: Partial<FeedClientLimits>;
}

type Closer = readonly [name: string, close: () => Promise<void> | void];

export interface RunningEdge {
  readonly port: number;
  readonly peerPort: number;
  readonly peerId: PeerId;
  /** `/readyz` says no from now on. */
  drain(): void;
  /** The steps of {@link close} by name, in order; each may be given a time of its own. */
  readonly closers: readonly Closer[];
  /** Drains and ends. */
  close(): Promise<void>;
}

/** A link carries one torrent: 200 image sets on their way between nine nodes are 1,600 links of each. */
const MAX_LINKS = 4_000;
const EVERY_SECOND_MS = 1_000;
/** Answers that run when the edge stops get so long; all of the stop has 5 s. */
const HTTP_DRAIN_MS = 1_500;

/**
 * @throws UserError for a data folder that does not fit the flags; what listening and opening files throw. Nothing
 *   is left open then.
 */
export async function startEdge(config: EdgeConfig, parts: EdgeParts): Promise<RunningEdge> {
  // What was opened last is closed first.
  const opened: Closer[] = [];
  try {
    return await open(config, parts, opened);
  } catch (error) {
    for (const [, close] of opened.reverse()) await close();
    throw error;
  }
}

async function open(config: EdgeConfig, parts: EdgeParts, opened: Closer[]): Promise<RunningEdge> {
  const { log } = parts;
  await nodeFileSystem.makeDirectory(config.dataFolder);
  const peerId = await loadPeerId(config.dataFolder);
  const random = seededRandom(randomInt(2 ** 47));
  const table = new ImageTable();
  let images: EdgeImages | undefined;
  let follower: Follower | undefined;
  const announcer = new FleetAnnouncer({ table, random });
  const store = await openLog(config, parts, {
    applied: (change, number) => {
      const effect = table.apply(change, number);
      images?.changed(effect);
    },
    rebuilt: (changes) => {
      for (const effect of table.rebuild(changes)) images?.changed(effect);
      announcer.renumbered();
    },
    diskFailed: (error) => log.error({ err: error }, 'the log could not be written'),
  });
  opened.push(['log', () => store.close()]);
  const writer = shareWriterThread();
  opened.push(['writer', () => writer.close()]);
  const pieces = await openDiskPieceStore({
    directory: join(config.dataFolder, 'pieces'),
    fileSystem: writer.files,
    onError: (error) => log.error({ err: error }, 'the piece store failed'),
  });
  opened.push(['store', () => pieces.close()]);
  const swarm = await startSwarm(config, parts, peerId, pieces, announcer);
  opened.push(['swarm', () => swarm.close()]);
  announcer.start(swarm, (frame) => follower?.announce(frame));
  opened.push(['announcer', () => announcer.close()]);
  const fleet = followedBy(swarm, new FleetBook(peerId));
  const fleetFile = await FleetFile.open(config.dataFolder, fleet, (error) =>
    log.warn({ err: error }, 'the list of siblings could not be kept'),
  );
  opened.push(['fleet', () => fleetFile.close()]);
  const origin = new OriginFetch(new URL(config.origin));
  opened.push(['origin', () => origin.close()]);
  const files = await TorrentFiles.open(config.dataFolder, writer.files);
  opened.push(['torrents', () => files.close()]);
  const hashes = new OfferedHashes();
  const desk = new HashDesk({ table, offered: hashes, send: (frame) => follower?.wantHashes(frame) });
  const source = new TorrentSource(files, hashes, origin, nodeHashes, desk);
  const notes = await openNotes(config, files, table);
  const { prefetch, cacheBytes, memoryBytes } = config;
  const torrentOptions = {
    want: prefetch,
    superSeed: false,
    webSeeds: [`${config.origin}/images/`],
    announceUrl: `${config.origin}/announce`,
  };
  const policy = { prefetch, cacheBytes, memoryBytes, torrentOptions };
  const joined = new EdgeImages({
    table,
    swarm,
    store: pieces,
    fleet,
    random,
    files,
    source,
    desk,
    notes,
    log,
    ...policy,
  });
  images = joined;
  opened.push(['images', () => joined.close()]);
  let http: HttpServer | undefined;
  const joinedFeed = new Follower({
    origin: config.origin,
    log,
    store,
    fleet,
    hashes,
    random,
    introduction: () => introduction(config, peerId, swarm.peerPort, http?.port ?? config.port),
    welcomed: () => {
      desk.opened();
      joined.originIsBack();
      announcer.welcomed();
    },
    lost: () => {
      announcer.lost();
      desk.lost();
    },
    hashesCame: (frame) => desk.answered(frame),
    peersTold: (frame) => announcer.peersTold(frame),
    ...(parts.feedLimits ? { limits: parts.feedLimits } : {}),
  });
  follower = joinedFeed;
  opened.push(['feed', () => joinedFeed.close()]);
  opened.push(['hashes', () => desk.lost()]);
  const version = packageVersion();
  const status = new EdgeStatus({
    name: config.name,
    version,
    peerId,
    swarm,
    images,
    log: store,
    follower: joinedFeed,
  });
  const server = await startEdgeServer({ config, log, images, status });
  http = server;
  opened.push(['http', () => server.close(HTTP_DRAIN_MS)]);
  await images.start();
  joinedFeed.start();
  const timers = [
    setInterval(reporter(joinedFeed, status), EVERY_SECOND_MS),
    sweepOnceCaughtUp(store, images, log),
  ];
  return running(opened, { port: server.port, peerPort: swarm.peerPort, peerId }, () => {
    status.drain();
    for (const timer of timers) clearInterval(timer);
  });
}

function running(
  opened: readonly Closer[],
  ports: Pick<RunningEdge, 'port' | 'peerPort' | 'peerId'>,
  drain: () => void,
): RunningEdge {
  const closers = [...opened].reverse();
  return {
    ...ports,
    drain,
    closers,
    close: async () => {
      drain();
      for (const [, close] of closers) await close();
    },
  };
}

async function openLog(config: EdgeConfig, parts: EdgeParts, listener: LogListener): Promise<LogStore> {
  const { dataFolder, rootKey } = config;
  const store = await LogStore.open({
    dataFolder,
    rootKey,
    listener,
    crypto: createLogCrypto(),
    now: Date.now,
  });
  const { cutBytes } = store;
  if (cutBytes > 0)
    parts.log.warn({ bytes: cutBytes }, 'the end of the log was damaged; the feed has it again');
  return store;
}

/** What was noted of sets that are no longer published, or have lost their .torrent, counts for nothing. */
async function openNotes(config: EdgeConfig, files: TorrentFiles, table: ImageTable): Promise<CompleteSets> {
  const kept = new Set(await files.list());
  return CompleteSets.open(
    config.dataFolder,
    (infoHash) => kept.has(infoHash) && table.byInfoHash(infoHash) !== undefined,
  );
}

function startSwarm(
  config: EdgeConfig,
  parts: EdgeParts,
  peerId: PeerId,
  store: PieceStore,
  announcer: FleetAnnouncer,
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
    {
      store,
      log: parts.log,
      trustedOrigins: [new URL(config.origin).origin],
      announceElsewhere: (action) => announcer.take(action),
      onFatal: parts.onFatal,
    },
  );
}

function followedBy(swarm: SwarmNode, fleet: FleetBook): FleetBook {
  fleet.onChange(() => {
    swarm.setFleet(
      fleet.nodes().map((node) => ({ peerId: node.peerId, isOrigin: node.isOrigin, ip: node.address.ip })),
    );
  });
  return fleet;
}

function introduction(config: EdgeConfig, peerId: PeerId, peerPort: number, httpPort: number) {
  return {
    name: config.name,
    peerId,
    peerPort,
    advertiseIp: config.advertiseIp ?? null,
    publicUrl: config.publicUrl ?? null,
    httpPort,
    // An edge that waits for shoppers joins few of the sets it hears of.
    pieceHashes: config.prefetch === 'all',
    fleetToken: config.fleetToken ?? null,
  };
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

function sweepOnceCaughtUp(store: LogStore, images: EdgeImages, log: Logger): NodeJS.Timeout {
  const timer = setInterval(() => {
    if (!store.caughtUp) return;
    clearInterval(timer);
    images.sweep().catch((error: unknown) => log.warn({ err: error }, 'the sweep failed'));
  }, EVERY_SECOND_MS);
  return timer;
}
