/** Puts an edge together and takes it apart again. */
import { randomInt } from 'node:crypto';
import { uptime } from 'node:os';
import { ImageReaders } from '../shared/node/http/image-readers.ts';
import { lockDataFolder } from '../shared/node/process/folder-lock.ts';
import type { Logger } from '../shared/node/process/logger.ts';
import { packageVersion } from '../shared/node/process/version.ts';
import { nodeFileSystem } from '../shared/node/store/file-system.ts';
import { seededRandom } from '../shared/random.ts';
import type { Closer } from './closer.ts';
import type { EdgeConfig } from './config.ts';
import { introduction, reportProgress } from './edge-reports.ts';
import { EdgeStatus } from './edge-status.ts';
import { type EdgeStorage, openStorage } from './edge-storage.ts';
import { openFleet, startSwarm, watchedNode } from './edge-swarm.ts';
import { Acknowledger } from './feed/acknowledger.ts';
import { CatchUp } from './feed/catch-up.ts';
import type { FeedClientLimits } from './feed/feed-client.ts';
import { FleetAnnouncer } from './feed/fleet-announcer.ts';
import { Follower } from './feed/follower.ts';
import { FleetBook } from './fleet-book.ts';
import { type EdgeServer, startEdgeServer } from './http/edge-server.ts';
import { loadPeerId } from './identity.ts';
import type { EdgeImages } from './images/edge-images.ts';
import { HashDesk } from './images/hash-desk.ts';
import { ImageTable, type TableChange } from './images/image-table.ts';
import { OfferedHashes } from './images/offered-hashes.ts';
import { WarmConnections } from './images/warm-connections.ts';
import { openImages, sweepOnceCaughtUp } from './open-images.ts';
import { type RunningEdge, running } from './running-edge.ts';

export interface EdgeParts {
  readonly log: Logger;
  /** A broken invariant of our own: the process should end. */
  onFatal(error: unknown): void;
  readonly feedLimits?: Partial<FeedClientLimits>;
}

/** Answers that run when the edge stops get so long; all of the stop has 5 s. */
const HTTP_DRAIN_MS = 1_500;

/**
 * @throws UserError for a data folder that is in use or does not fit the flags; what listening and opening files throw. Nothing
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
  const { dataFolder } = config;
  await nodeFileSystem.makeDirectory(dataFolder);
  // First: two edges would write into one log and one store.
  const waiting = () =>
    log.warn({ dataFolder }, 'another process has the data folder; waiting for it to end');
  const lock = await lockDataFolder(dataFolder, { waiting });
  opened.push(['data folder', async () => lock.release()]);
  const peerId = await loadPeerId(dataFolder);
  const random = seededRandom(randomInt(2 ** 47));
  const table = new ImageTable();
  let images: EdgeImages | undefined;
  let follower: Follower | undefined;
  let server: EdgeServer | undefined;
  let httpPort = config.port;
  const announcer = new FleetAnnouncer({ table, random });
  const readers = new ImageReaders();
  const acknowledger = new Acknowledger({
    stored: () => storage.log.stored,
    inEffect: async () => {
      await Promise.all([images?.purged(), server?.dropped()]);
    },
    send: (frame) => follower?.acknowledge(frame),
  });
  const changed = (effect: TableChange) => {
    if (effect.dropped !== undefined) {
      readers.cut(effect.dropped.id);
      server?.drop(effect.dropped);
    }
    images?.changed(effect);
  };
  const storage: EdgeStorage = await openStorage(
    {
      config,
      log,
      table,
      listener: {
        applied: (change, number) => {
          const effect = table.apply(change, number);
          changed(effect);
          if (change.type === 'purge' || effect.dropped !== undefined) acknowledger.owes(number);
        },
        rebuilt: (changes) => {
          for (const effect of table.rebuild(changes)) changed(effect);
          acknowledger.rewound(changes.length);
          announcer.renumbered();
        },
      },
    },
    opened,
  );
  const { onFatal } = parts;
  const swarm = await startSwarm({ config, log, peerId, store: storage.pieces, announcer, onFatal });
  opened.push(['swarm', () => swarm.close()]);
  announcer.start(swarm, (frame) => follower?.announce(frame));
  opened.push(['announcer', () => announcer.close()]);
  const fleet = new FleetBook(peerId, config.peers !== 'origin');
  const fleetFile = await openFleet(config, log, swarm, fleet);
  opened.push(['fleet', () => fleetFile.close()]);
  const hashes = new OfferedHashes();
  const desk = new HashDesk({ table, offered: hashes, send: (frame) => follower?.wantHashes(frame) });
  const held = { table, storage, swarm, fleet, hashes, desk, random };
  const joined = openImages(config, log, held, opened);
  images = joined;
  const warm = new WarmConnections({ ...config, table, swarm, fleet });
  const catchUp = new CatchUp({
    applied: () => storage.log.head.number,
    askHead: (question) => follower?.askHead(question) ?? false,
    now: Date.now,
    sinceBootMs: () => uptime() * 1000,
  });
  opened.push(['catching up', () => catchUp.close()]);
  const joinedFeed = new Follower({
    origin: config.origin,
    log,
    store: storage.log,
    fleet,
    hashes,
    random,
    introduction: () => introduction(config, peerId, swarm.peerPort, httpPort),
    welcomed: () => {
      desk.opened();
      joined.originIsBack();
      warm.originIsBack();
      announcer.welcomed();
      catchUp.welcomed();
      acknowledger.welcomed();
    },
    entriesCame: () => {
      catchUp.applied();
      acknowledger.applied();
    },
    headCame: (number, answers) => catchUp.head(number, answers),
    otherHistory: () => catchUp.giveUp(),
    lost: (isAway) => {
      catchUp.lost(isAway);
      announcer.lost();
      desk.lost();
      warm.originIsAway();
    },
    hashesCame: (frame) => desk.answered(frame),
    peersTold: (frame) => announcer.peersTold(frame),
    ...(parts.feedLimits ? { limits: parts.feedLimits } : {}),
  });
  follower = joinedFeed;
  opened.push(['feed', () => joinedFeed.close()]);
  opened.push(['hashes', () => desk.lost()]);
  opened.push(['warm connections', () => warm.originIsAway()]);
  const { name, cacheBytes, memoryBytes } = config;
  const version = packageVersion();
  const told = { name, version, peerId, cacheBytes, memoryBytes, table };
  const figures = { ...told, swarm, images, log: storage.log, follower, catchUp };
  const status = new EdgeStatus(figures);
  const watched = watchedNode(config, swarm, peerId);
  const serving = await startEdgeServer({ config, log, images, table, status, readers, catchUp, watched });
  server = serving;
  httpPort = serving.port;
  opened.push(['http', () => serving.close(HTTP_DRAIN_MS)]);
  await images.start();
  follower.start();
  const timers = [reportProgress(follower, status), sweepOnceCaughtUp(storage.log, images, log)];
  return running(opened, { port: serving.port, peerPort: swarm.peerPort, peerId }, () => {
    status.drain();
    for (const timer of timers) clearInterval(timer);
  });
}
