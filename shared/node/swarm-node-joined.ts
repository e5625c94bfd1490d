/** The parts of a node and who of them knows whom: engine and loop, sockets, disk, readers, web seeds, trackers. */
import { randomInt } from 'node:crypto';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { EngineInput } from '../engine/inputs.ts';
import { seededRandom } from '../random.ts';
import type { InfoHash } from '../units.ts';
import { nodeHashes } from './hashing/node-hashes.ts';
import { HostLoop, type HostLoopParts } from './host-loop.ts';
import { AwakeClock } from './process/awake-clock.ts';
import { Announcer } from './swarm-node-announcer.ts';
import type { SwarmNodeOptions } from './swarm-node-api.ts';
import { Arrivals } from './swarm-node-arrivals.ts';
import { askTracker } from './swarm-node-ask-tracker.ts';
import { DiskActions } from './swarm-node-disk.ts';
import { HashActions } from './swarm-node-hashes.ts';
import { Listeners } from './swarm-node-listeners.ts';
import { MetadataActions } from './swarm-node-metadata.ts';
import { parseHttpUrl, TrustedOrigins } from './swarm-node-origins.ts';
import type { SwarmNodeParts } from './swarm-node-parts.ts';
import { performer } from './swarm-node-perform.ts';
import { Readers } from './swarm-node-readers.ts';
import { NodeTorrents } from './swarm-node-torrents.ts';
import { TraceListeners } from './swarm-node-traces.ts';
import { WebSeedActions } from './swarm-node-web-seeds.ts';
import { Wishes } from './swarm-node-wishes.ts';
import type { DownLimit } from './transport/down-limit.ts';
import type { TcpTransport } from './transport/tcp-transport.ts';
import { WebSeedClient } from './web-seed-client.ts';

/** What stands already when the parts are joined. */
export interface Ground {
  readonly options: SwarmNodeOptions;
  readonly parts: SwarmNodeParts;
  readonly transport: TcpTransport;
  readonly downLimit: DownLimit;
  readonly peerPort: number;
}

export interface NodeListeners {
  readonly trace: TraceListeners;
  readonly complete: Listeners<InfoHash>;
  readonly lost: Listeners<InfoHash>;
}

export interface Joined {
  readonly engine: Engine;
  readonly clock: AwakeClock;
  readonly loop: HostLoop;
  readonly torrents: NodeTorrents;
  readonly disk: DiskActions;
  readonly readers: Readers;
  readonly webSeeds: WebSeedActions;
  readonly announcer: Announcer;
  readonly listeners: NodeListeners;
}

/** Places for the fleet, in the transport by address and in the engine by peer id. */
export const reservedLinksOf = ({ maxLinks }: SwarmNodeOptions): number => Math.floor(maxLinks / 4);

export function joinParts(ground: Ground): Joined {
  const { store, log } = ground.parts;
  const origins = new TrustedOrigins(ground.parts.trustedOrigins);
  const engine = makeEngine(ground, (infoHash) => torrents.get(infoHash)?.infoLengthBytes);
  const clock = new AwakeClock();
  // Nothing is performed before the first input, and that comes when all stands.
  const loop = makeLoop(ground, { engine, now: () => clock.now(), perform: (action) => perform(action) });
  const feed = (input: EngineInput) => loop.feed(input);
  const listeners = makeListeners(feed);
  const torrents: NodeTorrents = new NodeTorrents({
    store,
    log,
    origins,
    feed,
    openFiles: (opened) => disk.openFiles(opened),
    gone: (infoHash) => readers.torrentGone(infoHash),
  });
  const torrent = (infoHash: InfoHash) => torrents.get(infoHash);
  const lost = (infoHash: InfoHash) => listeners.lost.tell(infoHash);
  const disk = new DiskActions({ store, log, feed, torrent, lost });
  const arrivals = new Arrivals();
  const patienceMs = ground.parts.readerPatienceMs ?? 15_000;
  const readers = new Readers({ disk, wishes: new Wishes(feed), arrivals, torrent, patienceMs });
  const webSeeds = new WebSeedActions({
    client: new WebSeedClient({ downLimit: ground.downLimit }),
    sign: ground.parts.signWebSeed ?? ((url) => url),
    origins,
    log,
    feed,
    arrivals,
    torrent,
    wouldAskAtOnce: (ahead) => engine.wouldAskWebSeed(clock.now(), ahead),
  });
  const announcer = makeAnnouncer(ground, { origins, feed, torrent });
  const perform = performer({
    transport: ground.transport,
    disk,
    hashes: new HashActions({ store, log, feed, torrent, openFiles: (opened) => disk.openFiles(opened) }),
    metadata: new MetadataActions({ log, feed, torrent }),
    webSeeds,
    announcer,
    log,
    pieceVerified: (infoHash, piece) => {
      torrents.get(infoHash)?.hold(piece);
      readers.pieceHeld(infoHash, piece);
    },
    torrentComplete: (infoHash) => listeners.complete.tell(infoHash),
    torrentFailed: (infoHash, code) => torrents.failed(infoHash, code),
    trace: (event) => listeners.trace.tell(event),
  });
  ground.transport.setHandler(feed);
  return { engine, clock, loop, torrents, disk, readers, webSeeds, announcer, listeners };
}

function makeEngine(
  { options, parts, peerPort }: Ground,
  metadataBytesOf: (infoHash: InfoHash) => number | undefined,
): Engine {
  return createEngine({
    ...parts.tunables,
    peerId: options.peerId,
    listenPort: peerPort,
    random: seededRandom(randomInt(2 ** 48 - 1)),
    hashes: nodeHashes,
    allocate: (lengthBytes) => parts.store.pieceBuffer(lengthBytes),
    maxLinks: options.maxLinks,
    reservedFleetLinks: reservedLinksOf(options),
    takesGifts: options.takesGifts ?? true,
    metadataBytesOf,
  });
}

function makeLoop(
  { parts, transport }: Ground,
  heart: Pick<HostLoopParts, 'engine' | 'now' | 'perform'>,
): HostLoop {
  return new HostLoop({
    ...heart,
    onFatal: (error) => {
      parts.log.error({ err: error }, 'the engine broke an invariant of its own: the node stops');
      void transport.shutdown();
      parts.onFatal(error);
    },
  });
}

function makeListeners(feed: (input: EngineInput) => void): NodeListeners {
  return {
    trace: new TraceListeners(feed),
    complete: new Listeners<InfoHash>(),
    lost: new Listeners<InfoHash>(),
  };
}

function makeAnnouncer(
  { options, parts, peerPort }: Ground,
  known: Pick<ConstructorParameters<typeof WebSeedActions>[0], 'origins' | 'feed' | 'torrent'>,
): Announcer {
  const { origins, feed, torrent } = known;
  return new Announcer({
    allow: (url) => (parts.announceAnywhere ? parseHttpUrl(url) : origins.allow(url)),
    ask: askTracker,
    ...(parts.announceElsewhere ? { takeElsewhere: parts.announceElsewhere } : {}),
    peerId: options.peerId,
    port: () => peerPort,
    log: parts.log,
    feed,
    torrent,
  });
}
