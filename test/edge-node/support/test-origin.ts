/**
 * A small but real origin: a feed over WebSocket, .torrent files, the web seed, and a node of the swarm that
 * seeds. Each answer can be replaced, so that it can lie.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { FeedClientFrame, FeedServerFrame, SetHashes } from '../../../shared/api-types/feed.ts';
import { toHex } from '../../../shared/bytes.ts';
import type { AnnounceFrame } from '../../../shared/feed/announce-frames.ts';
import { parseClientFrame } from '../../../shared/feed/client-frame.ts';
import type { Metainfo } from '../../../shared/metainfo/metainfo.ts';
import { randomPeerId } from '../../../shared/node/crypto/identity.ts';
import { MemoryPieceStore } from '../../../shared/node/store/memory-piece-store.ts';
import { createSwarmNode } from '../../../shared/node/swarm-node.ts';
import type { SwarmNode } from '../../../shared/node/swarm-node-api.ts';
import type { InfoHash } from '../../../shared/units.ts';
import type { ImageSet } from './image-set.ts';
import { LogWriter } from './log-writer.ts';

export type Hello = Extract<FeedClientFrame, { type: 'hello' }>;
type Progress = Extract<FeedClientFrame, { type: 'progress' }>;

type WantHashes = Extract<FeedClientFrame, { type: 'wantHashes' }>;

interface Feed {
  readonly socket: WebSocket;
  readonly hello: Hello;
}

export class TestOrigin {
  log = new LogWriter();
  readonly sets = new Map<InfoHash, ImageSet>();
  readonly hellos: Hello[] = [];
  readonly progress: Progress[] = [];
  readonly announces: AnnounceFrame[] = [];
  /** Entries that edges acknowledged, in order. */
  readonly acknowledged: number[] = [];
  readonly questions: number[] = [];
  answersQuestions = true;
  readonly requests: string[] = [];
  /** Bytes given as web seed. */
  seededBytes = 0;
  #seed: SwarmNode | undefined;
  /** What goes along with entries; undefined: nothing, so that edges fetch .torrent files. */
  hashesOf: ((metainfo: Metainfo) => Uint8Array) | undefined;
  /** What `wantHashes` is answered with; undefined: no hashes. */
  bulkHashesOf: ((metainfo: Metainfo) => Uint8Array) | undefined;
  /** Whether `wantHashes` is answered at all. */
  answersHashes = true;
  readonly asked: WantHashes[] = [];
  /** Replaces the answer to an HTTP request when it says true. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  /** Replaces what a new feed socket is sent. */
  script: ((socket: WebSocket, hello: Hello) => void) | undefined;
  /** Whether fleet frames are sent. */
  tellFleet = true;
  /** Told beside the edges that are here. */
  siblings: Extract<FeedServerFrame, { type: 'fleet' }>['nodes'] = [];
  #server: Server | undefined;
  #webSockets: WebSocketServer | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #feeds = new Set<Feed>();
  readonly #store = new MemoryPieceStore();
  readonly #peerId = randomPeerId();
  /** Of the seed; nobody listens on "discard". */
  #peerPort = 9;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get peerPort(): number {
    return this.#peerPort;
  }

  /** Connected edges. */
  get feeds(): number {
    return this.#feeds.size;
  }

  static async start(): Promise<TestOrigin> {
    const origin = new TestOrigin();
    // Said first: what a failed start has opened is closed too.
    onTestFinished(() => origin.stop());
    await origin.listen();
    await origin.joinSwarm();
    return origin;
  }

  /** Whether it takes part in the swarm; without, all comes from the web seed. */
  async joinSwarm(): Promise<void> {
    const quiet = { info: () => {}, warn: () => {}, error: () => {} };
    this.#seed = await createSwarmNode(
      {
        peerId: this.#peerId,
        host: '127.0.0.1',
        peerPort: 0,
        localAddress: undefined,
        upRateBytesPerSecond: Number.POSITIVE_INFINITY,
        downRateBytesPerSecond: Number.POSITIVE_INFINITY,
        maxLinks: 64,
      },
      {
        store: this.#store,
        log: quiet,
        trustedOrigins: [],
        onFatal: (error) => {
          throw error;
        },
      },
    );
    this.#peerPort = this.#seed.peerPort;
    for (const set of this.sets.values()) await this.#addToSwarm(set);
  }

  async leaveSwarm(): Promise<void> {
    await this.#seed?.close();
    this.#seed = undefined;
  }

  /** On the same port as before, when it had one and no other is given. */
  async listen(port = this.#port): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#webSockets = new WebSocketServer({ server, path: '/feed' });
    this.#webSockets.on('connection', (socket) => this.#connected(socket));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** As kill -9 would. */
  async stop(): Promise<void> {
    await this.leaveSwarm();
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.#webSockets?.close();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }

  async publish(set: ImageSet): Promise<void> {
    this.sets.set(set.metainfo.infoHash, set);
    await this.#addToSwarm(set);
    this.log.append({ type: 'publish', image: set.image });
    this.broadcast();
  }

  purge(set: ImageSet): void {
    this.log.append({ type: 'purge', imageId: set.image.id });
    this.broadcast();
  }

  #pieceHashes(hashesOf = this.hashesOf): SetHashes[] {
    if (hashesOf === undefined) return [];
    return Array.from(this.sets.values(), ({ metainfo }) => ({
      infoHash: metainfo.infoHash,
      hashes: toHex(hashesOf(metainfo)),
    }));
  }

  /** The last entry and a fresh head to all edges. */
  broadcast(): void {
    const last = this.log.entries.at(-1)!;
    for (const { socket } of this.#feeds) {
      send(socket, { type: 'entries', entries: [last], pieceHashes: this.#pieceHashes() });
      send(socket, { type: 'head', head: this.log.head() });
    }
  }

  sendToAll(frame: FeedServerFrame | string | Buffer): void {
    for (const { socket } of this.#feeds) {
      if (typeof frame === 'object' && 'type' in frame) send(socket, frame);
      else socket.send(frame);
    }
  }

  welcome(socket: WebSocket): void {
    send(socket, {
      type: 'welcome',
      version: 1,
      rootKey: this.log.rootKey.publicKey,
      peer: { peerId: this.#peerId, host: null, port: this.#peerPort },
      publicUrl: 'http://origin.test',
      acknowledgements: true,
    });
  }

  sendLogAfter(socket: WebSocket, number: number): void {
    for (let at = number; at < this.log.number; at += 256)
      send(socket, {
        type: 'entries',
        entries: this.log.entries.slice(at, at + 256),
        pieceHashes: this.#pieceHashes(),
      });
    send(socket, { type: 'head', head: this.log.head() });
  }

  #connected(socket: WebSocket): void {
    socket.on('error', () => {});
    socket.on('message', (data) => {
      const frame = parseClientFrame(data.toString());
      if (frame.type === 'progress') {
        this.progress.push(frame);
        return;
      }
      if (frame.type === 'acknowledge') {
        this.acknowledged.push(frame.entry);
        return;
      }
      if (frame.type === 'askHead') {
        this.questions.push(frame.question);
        if (this.answersQuestions)
          send(socket, { type: 'head', head: this.log.head(), answers: frame.question });
        return;
      }
      if (frame.type === 'announce') {
        this.announces.push(frame);
        return;
      }
      if (frame.type === 'wantHashes') {
        this.#answerHashes(socket, frame);
        return;
      }
      this.hellos.push(frame);
      const feed = { socket, hello: frame };
      this.#feeds.add(feed);
      socket.on('close', () => this.#feeds.delete(feed));
      if (this.script !== undefined) this.script(socket, frame);
      else this.#greet(socket, frame);
    });
  }

  #answerHashes(socket: WebSocket, frame: WantHashes): void {
    this.asked.push(frame);
    if (!this.answersHashes) return;
    send(socket, { type: 'hashes', sets: frame.sets, pieceHashes: this.#pieceHashes(this.bulkHashesOf) });
  }

  #greet(socket: WebSocket, hello: Hello): void {
    const { number, hash } = hello.head;
    const refuse = (code: 'feed_ahead' | 'feed_fork') => {
      send(socket, { type: 'refused', code, message: 'your log is not mine' });
      socket.close(1008);
    };
    if (number > this.log.number) return refuse('feed_ahead');
    if (hash !== this.log.hashOf(number)) return refuse('feed_fork');
    this.welcome(socket);
    send(socket, { type: 'head', head: this.log.head() });
    this.#tellFleet();
    this.sendLogAfter(socket, number);
  }

  #tellFleet(): void {
    if (!this.tellFleet) return;
    const nodes = [...this.#feeds].map(({ hello }) => ({
      peerId: hello.peerId,
      host: hello.advertiseIp ?? '127.0.0.1',
      port: hello.peerPort,
    }));
    this.sendToAll({ type: 'fleet', nodes: [...nodes, ...this.siblings] });
  }

  async #addToSwarm({ metainfo, files }: ImageSet): Promise<void> {
    if (this.#seed === undefined) return;
    for (const { name, root, lengthBytes } of metainfo.files) {
      await this.#store.open({ root, lengthBytes });
      await this.#store.write({ root, lengthBytes }, 0, files.get(name)!);
    }
    await this.#seed.addTorrent(metainfo, {
      want: 'all',
      superSeed: true,
      webSeeds: [],
      announceUrl: undefined,
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '';
    this.requests.push(url);
    if (this.intercept(request, response)) return;
    const [, kind, key = '', name = ''] = url.split('?')[0]!.split('/');
    if (kind === 'torrents') {
      const set = this.sets.get(key.replace('.torrent', '') as InfoHash);
      if (set) response.end(set.metainfo.bytes);
      else response.writeHead(404).end();
      return;
    }
    if (kind?.startsWith('announce')) {
      response.end('d8:intervali600e5:peers0:e');
      return;
    }
    const set = [...this.sets.values()].find(({ image }) => image.id === key);
    const file = kind === 'images' ? set?.files.get(name) : undefined;
    if (file === undefined) response.writeHead(404).end();
    else this.#sendRange(request, response, file);
  }

  #sendRange(request: IncomingMessage, response: ServerResponse, file: Buffer): void {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const start = Number(first ?? 0);
    const end = Math.min(Number(last ?? file.length - 1) + 1, file.length);
    this.seededBytes += end - start;
    const headers = {
      'content-length': end - start,
      'content-range': `bytes ${start}-${end - 1}/${file.length}`,
    };
    response.writeHead(first === undefined ? 200 : 206, headers).end(file.subarray(start, end));
  }
}

export function send(socket: WebSocket, frame: FeedServerFrame): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
}
