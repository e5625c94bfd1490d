/** A running node of the swarm: the engine with sockets, disk and clock. This file only joins the parts. */
import { randomInt } from 'node:crypto';
import type { ByteCounts } from '../api-types/status.ts';
import type { EngineAction } from '../engine/actions.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { Address, EngineInput } from '../engine/inputs.ts';
import type { TraceEvent } from '../engine/trace.ts';
import type { Metainfo } from '../metainfo/metainfo.ts';
import { seededRandom } from '../random.ts';
import type { InfoHash, PeerId, PieceIndex } from '../units.ts';
import { nodeHashes } from './hashing/node-hashes.ts';
import { HostLoop } from './host-loop.ts';
import { KeyedQueue } from './store/keyed-queue.ts';
import { Announcer } from './swarm-node-announcer.ts';
import type {
  ReadTally,
  StoredTorrent,
  SwarmNode,
  SwarmNodeOptions,
  TorrentOptions,
} from './swarm-node-api.ts';
import { Arrivals } from './swarm-node-arrivals.ts';
import { askTracker } from './swarm-node-ask-tracker.ts';
import { DiskActions } from './swarm-node-disk.ts';
import { HashActions } from './swarm-node-hashes.ts';
import { Listeners } from './swarm-node-listeners.ts';
import { keepFreedMemory } from './swarm-node-memory.ts';
import { parseHttpUrl, TrustedOrigins } from './swarm-node-origins.ts';
import type { SwarmNodeParts } from './swarm-node-parts.ts';
import { performer } from './swarm-node-perform.ts';
import { Readers } from './swarm-node-readers.ts';
import { StoredChecks } from './swarm-node-stored-checks.ts';
import { HostedTorrent, TorrentTotals } from './swarm-node-torrent.ts';
import { trustedSeeds, WebSeedActions } from './swarm-node-web-seeds.ts';
import { Wishes } from './swarm-node-wishes.ts';
import { linkNumbers } from './transport/link-transport.ts';
import { TcpTransport } from './transport/tcp-transport.ts';
import { WebSeedClient } from './web-seed-client.ts';

/** Of the 3 s a close may take, so much is for trackers: one that does not answer must not cost the flush. */
const STOPPED_ANNOUNCE_MS = 1500;

/** Places for the fleet, in the transport by address and in the engine by peer id. */
const reservedLinksOf = ({ maxLinks }: SwarmNodeOptions): number => Math.floor(maxLinks / 4);

/** @throws the system's error when the port cannot be had */
export async function createSwarmNode(options: SwarmNodeOptions, parts: SwarmNodeParts): Promise<SwarmNode> {
  const transport = new TcpTransport({
    nextLink: linkNumbers(),
    now: () => performance.now(),
    localAddress: options.localAddress,
    upRateBytesPerSecond: options.upRateBytesPerSecond,
    downRateBytesPerSecond: options.downRateBytesPerSecond,
    maxLinks: options.maxLinks,
    reservedLinks: reservedLinksOf(options),
    onListenerError: (error) => parts.log.error({ err: error }, 'accepting a link failed'),
    onChunkSent: (chunk) => parts.store.giveBack(chunk),
  });
  const peerPort = await transport.listen(options.host, options.peerPort);
  return new NodeHost(options, parts, transport, peerPort);
}

class NodeHost implements SwarmNode {
  readonly peerPort: number;
  readonly #parts: SwarmNodeParts;
  readonly #transport: TcpTransport;
  readonly #engine: Engine;
  readonly #loop: HostLoop;
  readonly #torrents = new Map<InfoHash, HostedTorrent>();
  readonly #totals = new TorrentTotals();
  /** Adding and removing one torrent come one after the other. */
  readonly #queue = new KeyedQueue<InfoHash>();
  readonly #origins: TrustedOrigins;
  readonly #perform: (action: EngineAction) => void;
  readonly #disk: DiskActions;
  readonly #storedChecks: StoredChecks;
  readonly #readers: Readers;
  readonly #webSeeds: WebSeedActions;
  readonly #announcer: Announcer;
  readonly #traceListeners = new Listeners<TraceEvent>();
  readonly #completeListeners = new Listeners<InfoHash>();
  readonly #lostListeners = new Listeners<InfoHash>();

  constructor(options: SwarmNodeOptions, parts: SwarmNodeParts, transport: TcpTransport, peerPort: number) {
    const { store, log } = parts;
    this.peerPort = peerPort;
    this.#parts = parts;
    this.#transport = transport;
    this.#origins = new TrustedOrigins(parts.trustedOrigins);
    this.#engine = createEngine({
      ...parts.tunables,
      peerId: options.peerId,
      listenPort: peerPort,
      random: seededRandom(randomInt(2 ** 48 - 1)),
      hashes: nodeHashes,
      allocate: (lengthBytes) => store.pieceBuffer(lengthBytes),
      maxLinks: options.maxLinks,
      reservedFleetLinks: reservedLinksOf(options),
    });
    this.#loop = new HostLoop({
      engine: this.#engine,
      now: () => performance.now(),
      perform: (action) => this.#perform(action),
      onFatal: (error) => {
        log.error({ err: error }, 'the engine broke an invariant of its own: the node stops');
        void transport.shutdown();
        parts.onFatal(error);
      },
    });
    const feed = (input: EngineInput) => this.#loop.feed(input);
    const torrent = (infoHash: InfoHash) => this.#torrents.get(infoHash);
    const lost = (infoHash: InfoHash) => this.#lostListeners.tell(infoHash);
    this.#disk = new DiskActions({ store, log, feed, torrent, lost });
    this.#storedChecks = new StoredChecks((torrent) => this.#look(torrent));
    const arrivals = new Arrivals();
    this.#readers = new Readers({
      disk: this.#disk,
      wishes: new Wishes(feed),
      arrivals,
      torrent,
      patienceMs: parts.readerPatienceMs ?? 15_000,
    });
    this.#webSeeds = new WebSeedActions({
      client: new WebSeedClient(),
      origins: this.#origins,
      log,
      feed,
      arrivals,
      torrent,
    });
    this.#announcer = new Announcer({
      allow: (url) => (parts.announceAnywhere ? parseHttpUrl(url) : this.#origins.allow(url)),
      ask: askTracker,
      ...(parts.announceElsewhere ? { takeElsewhere: parts.announceElsewhere } : {}),
      peerId: options.peerId,
      port: () => peerPort,
      log,
      feed,
      torrent,
    });
    this.#perform = performer({
      transport,
      disk: this.#disk,
      hashes: new HashActions({ store, log, feed, torrent, openFiles: (open) => this.#disk.openFiles(open) }),
      webSeeds: this.#webSeeds,
      announcer: this.#announcer,
      log,
      pieceVerified: (infoHash, piece) => {
        this.#torrents.get(infoHash)?.hold(piece);
        this.#readers.pieceHeld(infoHash, piece);
      },
      torrentComplete: (infoHash) => this.#completeListeners.tell(infoHash),
      torrentFailed: (infoHash, code) => this.#torrentFailed(infoHash, code),
      trace: (event) => this.#traceListeners.tell(event),
    });
    transport.setHandler(feed);
  }

  addTorrent(metainfo: Metainfo, options: TorrentOptions): Promise<void> {
    const { infoHash } = metainfo;
    return this.#queue.run(infoHash, async () => {
      if (this.#torrents.has(infoHash)) return;
      this.#host(await HostedTorrent.open(this.#parts.store, metainfo, options, this.#totals));
    });
  }

  addStored(stored: StoredTorrent, options: TorrentOptions): Promise<void> {
    const { infoHash } = stored;
    return this.#queue.run(infoHash, async () => {
      if (this.#torrents.has(infoHash)) return;
      const torrent = HostedTorrent.stored(stored, options, this.#totals);
      this.#host(torrent);
      this.#storedChecks.add(torrent);
    });
  }

  async openFiles(infoHash: InfoHash): Promise<void> {
    const torrent = this.#torrents.get(infoHash);
    if (torrent && !torrent.isOpen) await this.#disk.openFiles(torrent);
  }

  removeTorrent(infoHash: InfoHash, forget: boolean): Promise<void> {
    return this.#queue.run(infoHash, async () => {
      const torrent = this.#torrents.get(infoHash);
      if (!torrent) return;
      this.#loop.feed({ type: 'removeTorrent', torrent: infoHash });
      this.#torrents.delete(infoHash);
      torrent.leave();
      this.#readers.torrentGone(infoHash);
      if (!forget) return;
      const unused = new Set(torrent.files.map(({ root }) => root));
      for (const { files } of this.#torrents.values()) for (const { root } of files) unused.delete(root);
      for (const root of unused) await this.#parts.store.remove(root);
    });
  }

  hasTorrent(infoHash: InfoHash): boolean {
    return this.#torrents.has(infoHash);
  }

  isComplete(infoHash: InfoHash): boolean {
    return this.#torrents.get(infoHash)?.held.isFull ?? false;
  }

  completeTorrents(): number {
    return this.#totals.complete;
  }

  setWant(infoHash: InfoHash, want: 'all' | 'none'): void {
    const torrent = this.#torrents.get(infoHash);
    if (!torrent || torrent.want === want) return;
    torrent.want = want;
    this.#loop.feed({ type: 'setWant', torrent: infoHash, want });
  }

  addPeers(infoHash: InfoHash, addresses: readonly Address[]): void {
    this.#loop.feed({ type: 'peersFound', torrent: infoHash, addresses });
  }

  trackerPeers(infoHash: InfoHash, addresses: readonly Address[]): void {
    this.#loop.feed({
      type: 'announced',
      torrent: infoHash,
      addresses,
      intervalMs: Number.POSITIVE_INFINITY,
    });
  }

  announceAgain(infoHash: InfoHash): void {
    this.#loop.feed({ type: 'announced', torrent: infoHash, addresses: [], intervalMs: 0 });
  }

  setFleet(nodes: readonly { peerId: PeerId; isOrigin: boolean; ip?: string }[]): void {
    this.#transport.setFleet(nodes.flatMap(({ ip }) => ip ?? []));
    this.#loop.feed({ type: 'fleet', nodes });
  }

  readFile(
    infoHash: InfoHash,
    fileIndex: number,
    startBytes: number,
    endBytes: number,
    signal: AbortSignal,
    tally: ReadTally = { diskBytes: 0, swarmBytes: 0, webSeedBytes: 0 },
  ): AsyncIterable<Uint8Array> {
    return this.#readers.read(infoHash, { fileIndex, startBytes, endBytes }, signal, tally);
  }

  replicas(infoHash: InfoHash, fileIndex: number): number {
    const span = this.#torrents.get(infoHash)?.outline.geometry.files[fileIndex];
    if (!span || span.pieceCount === 0) return 0;
    const last = (span.firstPiece + span.pieceCount - 1) as PieceIndex;
    return this.#engine.holders(infoHash, span.firstPiece as PieceIndex, last);
  }

  bytes(): ByteCounts {
    const { fromPeersBytes, fromWebSeedBytes, uploadedBytes } = this.#engine.counters;
    return {
      wanted: this.#totals.wantedBytes,
      verified: this.#totals.heldBytes,
      fromPeers: fromPeersBytes,
      fromOrigin: fromWebSeedBytes,
      uploaded: uploadedBytes,
    };
  }

  peers(): number {
    return this.#engine.nodeCount;
  }

  onTrace(listener: (event: TraceEvent) => void): () => void {
    this.#loop.feed({ type: 'setTrace', on: true });
    const remove = this.#traceListeners.add(listener);
    return () => {
      remove();
      // An event costs an object and two calls, some for every block: none are made that nobody hears.
      if (this.#traceListeners.isEmpty) this.#loop.feed({ type: 'setTrace', on: false });
    };
  }

  onComplete(listener: (torrent: InfoHash) => void): () => void {
    return this.#completeListeners.add(listener);
  }

  onLost(listener: (torrent: InfoHash) => void): () => void {
    return this.#lostListeners.add(listener);
  }

  async close(): Promise<void> {
    for (const infoHash of this.#torrents.keys())
      this.#loop.feed({ type: 'removeTorrent', torrent: infoHash });
    const infoHashes = [...this.#torrents.keys()];
    this.#torrents.clear();
    for (const infoHash of infoHashes) this.#readers.torrentGone(infoHash);
    this.#storedChecks.close();
    this.#webSeeds.close();
    await Promise.all([
      this.#disk.close(),
      this.#transport.shutdown(),
      this.#announcer.close(STOPPED_ANNOUNCE_MS),
      this.#parts.store.flush(),
    ]);
    this.#loop.stop();
  }

  async #look(torrent: HostedTorrent): Promise<void> {
    if (torrent.isOpen || this.#torrents.get(torrent.outline.infoHash) !== torrent) return;
    await this.#disk
      .openFiles(torrent)
      .catch((error: unknown) =>
        this.#parts.log.error(
          { err: error, torrent: torrent.outline.infoHash },
          'looking at its files failed',
        ),
      );
  }

  #host(torrent: HostedTorrent): void {
    const { infoHash, infoHashV2, geometry } = torrent.outline;
    keepFreedMemory(geometry.pieceLengthBytes);
    this.#torrents.set(infoHash, torrent);
    this.#loop.feed({
      type: 'addTorrent',
      torrent: infoHash,
      infoHashV2,
      geometry,
      roots: torrent.files.map(({ root }) => root),
      verified: torrent.held.clone(),
      want: torrent.want,
      superSeed: torrent.options.superSeed,
      webSeed: trustedSeeds(torrent, this.#origins).length > 0,
    });
  }

  #torrentFailed(infoHash: InfoHash, code: string): void {
    this.#parts.log.error({ torrent: infoHash, code }, 'the torrent failed and is removed');
    this.removeTorrent(infoHash, true).catch((error: unknown) =>
      this.#parts.log.error({ err: error, torrent: infoHash }, 'removing the torrent failed'),
    );
  }
}
