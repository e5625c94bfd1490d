/** A running node of the swarm: the engine with sockets, disk and clock, as the two roles see it. */
import type { ByteCounts } from '../api-types/status.ts';
import type { Address } from '../engine/inputs.ts';
import type { TraceEvent } from '../engine/trace.ts';
import type { Metainfo } from '../metainfo/metainfo.ts';
import type { FileRoot, InfoHash, PeerId, PieceIndex } from '../units.ts';
import type {
  HeldTorrent,
  ReadTally,
  StoredTorrent,
  SwarmFigures,
  SwarmNode,
  SwarmNodeOptions,
  TorrentOptions,
} from './swarm-node-api.ts';
import { figuresOf } from './swarm-node-figures.ts';
import { type Ground, type Joined, joinParts, reservedLinksOf } from './swarm-node-joined.ts';
import type { SwarmNodeParts } from './swarm-node-parts.ts';
import type { WebSeedFile } from './swarm-node-web-seeds.ts';
import { DownLimit } from './transport/down-limit.ts';
import { linkNumbers } from './transport/link-transport.ts';
import { TcpTransport } from './transport/tcp-transport.ts';

/** Of the 3 s a close may take, so much is for trackers: one that does not answer must not cost the flush. */
const STOPPED_ANNOUNCE_MS = 1500;

/** @throws the system's error when the port cannot be had */
export async function createSwarmNode(options: SwarmNodeOptions, parts: SwarmNodeParts): Promise<SwarmNode> {
  const now = () => performance.now();
  const downLimit = new DownLimit(options.downRateBytesPerSecond, now);
  const transport = new TcpTransport({
    nextLink: linkNumbers(),
    now,
    localAddress: options.localAddress,
    upRateBytesPerSecond: options.upRateBytesPerSecond,
    downLimit,
    maxLinks: options.maxLinks,
    reservedLinks: reservedLinksOf(options),
    onListenerError: (error) => parts.log.error({ err: error }, 'accepting a link failed'),
    onChunkSent: (chunk) => parts.store.giveBack(chunk),
  });
  const peerPort = await transport.listen(options.host, options.peerPort);
  return new NodeHost({ options, parts, transport, downLimit, peerPort });
}

class NodeHost implements SwarmNode {
  readonly peerPort: number;
  readonly #ground: Ground;
  readonly #joined: Joined;

  constructor(ground: Ground) {
    this.peerPort = ground.peerPort;
    this.#ground = ground;
    this.#joined = joinParts(ground);
  }

  addTorrent(metainfo: Metainfo, options: TorrentOptions): Promise<void> {
    return this.#joined.torrents.add(metainfo, options);
  }

  addStored(stored: StoredTorrent, options: TorrentOptions): Promise<void> {
    return this.#joined.torrents.addStored(stored, options);
  }

  openFiles(infoHash: InfoHash): Promise<void> {
    return this.#joined.torrents.openFiles(infoHash);
  }

  openFile(infoHash: InfoHash, root: FileRoot): Promise<void> {
    return this.#joined.torrents.openFile(infoHash, root);
  }

  removeTorrent(infoHash: InfoHash, forget: boolean): Promise<void> {
    return this.#joined.torrents.remove(infoHash, forget);
  }

  hasTorrent(infoHash: InfoHash): boolean {
    return this.#joined.torrents.get(infoHash) !== undefined;
  }

  held(infoHash: InfoHash): HeldTorrent | undefined {
    return this.#joined.torrents.get(infoHash);
  }

  isComplete(infoHash: InfoHash): boolean {
    return this.#joined.torrents.get(infoHash)?.held.isFull ?? false;
  }

  completeTorrents(): number {
    return this.#joined.torrents.totals.complete;
  }

  setWant(infoHash: InfoHash, want: 'all' | 'none'): void {
    this.#joined.torrents.setWant(infoHash, want);
  }

  warmWebSeed(url: string, lengthBytes: number): Promise<void> {
    return this.#joined.webSeeds.warm(url, lengthBytes);
  }

  meet(torrent: InfoHash, addresses: readonly Address[]): void {
    this.#joined.loop.feed({ type: 'meet', torrent, addresses });
  }

  askAhead(torrentName: string, file: WebSeedFile, webSeeds: readonly string[]): void {
    this.#joined.webSeeds.askAhead(torrentName, file, webSeeds);
  }

  readerAsked(): void {
    this.#joined.loop.feed({ type: 'readerAsked' });
  }

  addPeers(infoHash: InfoHash, addresses: readonly Address[], reserve: readonly Address[] = []): void {
    this.#joined.loop.feed({ type: 'peersFound', torrent: infoHash, addresses, reserve });
  }

  trackerPeers(infoHash: InfoHash, addresses: readonly Address[]): void {
    const intervalMs = Number.POSITIVE_INFINITY;
    this.#joined.loop.feed({ type: 'announced', torrent: infoHash, addresses, intervalMs });
  }

  announceAgain(infoHash: InfoHash): void {
    this.#joined.loop.feed({ type: 'announced', torrent: infoHash, addresses: [], intervalMs: 0 });
  }

  setFleet(nodes: readonly { peerId: PeerId; isOrigin: boolean; ip?: string }[]): void {
    this.#ground.transport.setFleet(nodes.flatMap(({ ip }) => ip ?? []));
    this.#joined.loop.feed({ type: 'fleet', nodes });
  }

  readFile(
    infoHash: InfoHash,
    fileIndex: number,
    startBytes: number,
    endBytes: number,
    signal: AbortSignal,
    tally: ReadTally = { diskBytes: 0, swarmBytes: 0, webSeedBytes: 0, comingBytes: 0 },
  ): AsyncIterable<Uint8Array> {
    return this.#joined.readers.read(infoHash, { fileIndex, startBytes, endBytes }, signal, tally);
  }

  async refetch(infoHash: InfoHash, fileIndex: number): Promise<void> {
    const torrent = this.#joined.torrents.get(infoHash);
    if (torrent) await this.#joined.disk.refetch(torrent, fileIndex);
  }

  replicas(infoHash: InfoHash, fileIndex: number): number {
    const span = this.#joined.torrents.get(infoHash)?.outline.geometry.files[fileIndex];
    if (!span || span.pieceCount === 0) return 0;
    const last = (span.firstPiece + span.pieceCount - 1) as PieceIndex;
    return this.#joined.engine.holders(infoHash, span.firstPiece as PieceIndex, last);
  }

  bytes(): ByteCounts {
    const { fromPeersBytes, fromWebSeedBytes, uploadedBytes, racedBytes } = this.#joined.engine.counters;
    return {
      wanted: this.#joined.torrents.totals.wantedBytes,
      verified: this.#joined.torrents.totals.heldBytes,
      fromPeers: fromPeersBytes,
      fromOrigin: fromWebSeedBytes,
      uploaded: uploadedBytes,
      raced: racedBytes,
    };
  }

  peers(): number {
    return this.#joined.engine.nodeCount;
  }

  figures(): SwarmFigures {
    return figuresOf(this.#joined.engine, this.#joined.readers.waiting);
  }

  onTrace(listener: (event: TraceEvent) => void): () => void {
    return this.#joined.listeners.trace.add(listener);
  }

  onComplete(listener: (torrent: InfoHash) => void): () => void {
    return this.#joined.listeners.complete.add(listener);
  }

  onLost(listener: (torrent: InfoHash) => void): () => void {
    return this.#joined.listeners.lost.add(listener);
  }

  async close(): Promise<void> {
    this.#joined.torrents.close();
    this.#joined.webSeeds.close();
    this.#ground.downLimit.stop();
    await Promise.all([
      this.#joined.disk.close(),
      this.#ground.transport.shutdown(),
      this.#joined.announcer.close(STOPPED_ANNOUNCE_MS),
      this.#ground.parts.store.flush(),
    ]);
    this.#joined.loop.stop();
    this.#joined.clock.stop();
  }
}
