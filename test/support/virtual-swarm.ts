/**
 * A whole swarm in virtual time: real engines, and hosts whose links, disks and clock are simulated. One seed
 * replays a run. Each node has an uplink of a given rate (bytes wait their turn) and all paths one delay.
 */
import { Bitfield } from '../../shared/bitfield.ts';
import type { EngineAction } from '../../shared/engine/actions.ts';
import { createEngine, type Engine } from '../../shared/engine/engine.ts';
import type { Address, EngineInput } from '../../shared/engine/inputs.ts';
import type { EngineOptions } from '../../shared/engine/options.ts';
import type { Geometry } from '../../shared/geometry.ts';
import { makeHashes } from '../../shared/metainfo/hash-proof.ts';
import { type HashRange, pieceLayerOf, piecesOfRange } from '../../shared/metainfo/hash-range.ts';
import { leavesOf } from '../../shared/node/hashing/leaves.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import { type Random, seededRandom } from '../../shared/random.ts';
import type { FileRoot, InfoHash, InfoHashV2, LinkId, PeerId, PieceIndex } from '../../shared/units.ts';

export interface VirtualTorrent {
  readonly infoHash: InfoHash;
  readonly infoHashV2: InfoHashV2;
  readonly geometry: Geometry;
  /** Of the files; for hash messages (BEP 52). */
  readonly roots?: readonly FileRoot[];
  /** The true content of each piece. */
  readonly pieces: readonly Uint8Array[];
}

export interface NodeOptions {
  readonly upBytesPerSecond?: number;
  readonly engine?: Partial<EngineOptions>;
  /** Changes what this node sends: a liar's block. */
  readonly lie?: (piece: number, bytes: Uint8Array) => Uint8Array;
  /** The same for the hashes that it gives; undefined: a reject. */
  readonly lieInHashes?: (hashes: Uint8Array) => Uint8Array | undefined;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Both ends of a connection; `open` until either end closes it. */
interface Wire {
  readonly ends: readonly [WireEnd, WireEnd];
  open: boolean;
}
interface WireEnd {
  readonly node: VirtualNode;
  readonly link: LinkId;
}

export function randomTorrent(geometry: Geometry, seed: number): VirtualTorrent {
  const random = seededRandom(seed);
  const pieces = Array.from({ length: geometry.pieceCount }, (_, piece) => {
    const bytes = new Uint8Array(geometry.contentLength(piece as PieceIndex));
    for (let i = 0; i < bytes.length; i += 64) bytes[i] = random.integer(256);
    bytes[0] = piece & 255;
    return bytes;
  });
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => random.integer(16).toString(16)).join('');
  return { infoHash: hex(40) as InfoHash, infoHashV2: hex(64) as InfoHashV2, geometry, pieces };
}

export class VirtualNode {
  readonly name: string;
  readonly peerId: PeerId;
  readonly address: Address;
  readonly engine: Engine;
  readonly swarm: VirtualSwarm;
  readonly options: NodeOptions;
  readonly stores = new Map<InfoHash, Map<number, Uint8Array>>();
  readonly wires = new Map<LinkId, { readonly wire: Wire; readonly side: 0 | 1 }>();
  /** Everything the engine wanted that a test may ask about. */
  readonly banned: string[] = [];
  readonly closed: string[] = [];
  readonly completedAt = new Map<InfoHash, number>();
  readonly failedTorrents: InfoHash[] = [];
  webSeedBytes = 0;
  /** Answers to hash requests that were true. */
  leavesLearnt = 0;
  isUp = true;
  #upFreeAt = 0;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(swarm: VirtualSwarm, name: string, address: Address, options: NodeOptions) {
    this.swarm = swarm;
    this.name = name;
    this.address = address;
    this.options = options;
    const random = swarm.random;
    this.peerId = Array.from({ length: 40 }, () => random.integer(16).toString(16)).join('') as PeerId;
    this.engine = createEngine({
      peerId: this.peerId,
      listenPort: address.port,
      random: seededRandom(random.integer(2 ** 31)),
      ...options.engine,
    });
  }

  add(
    torrent: VirtualTorrent,
    how: { seed?: boolean; superSeed?: boolean; want?: 'all' | 'none'; webSeed?: boolean },
  ): void {
    const { geometry, infoHash, infoHashV2 } = torrent;
    const store = new Map(how.seed ? torrent.pieces.map((bytes, piece) => [piece, bytes] as const) : []);
    this.stores.set(infoHash, store);
    this.input({
      type: 'addTorrent',
      torrent: infoHash,
      infoHashV2,
      geometry,
      ...(torrent.roots && { roots: torrent.roots }),
      verified: how.seed ? Bitfield.full(geometry.pieceCount) : Bitfield.empty(geometry.pieceCount),
      want: how.want ?? 'all',
      superSeed: how.superSeed ?? false,
      webSeed: how.webSeed ?? false,
    });
  }

  holdsAll(torrent: VirtualTorrent): boolean {
    return this.stores.get(torrent.infoHash)?.size === torrent.geometry.pieceCount;
  }

  input(input: EngineInput): void {
    if (!this.isUp) return;
    const { actions, wakeAt } = this.engine.step(input, this.swarm.now);
    for (const action of actions) this.#perform(action);
    if (wakeAt < this.#wakeAt || this.#wakeAt <= this.swarm.now) {
      this.#wakeAt = wakeAt;
      if (Number.isFinite(wakeAt)) this.swarm.at(Math.max(wakeAt, this.swarm.now), () => this.#wake(wakeAt));
    }
  }

  /** Dies at once: its peers see closed connections, it sees nothing more. */
  kill(): void {
    this.isUp = false;
    for (const link of [...this.wires.keys()]) this.#close(link);
  }

  #wake(at: number): void {
    if (this.#wakeAt !== at) return;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.input({ type: 'tick' });
  }

  #perform(action: EngineAction): void {
    const { swarm } = this;
    switch (action.type) {
      case 'dial':
        return swarm.dial(this, action.torrent, action.address);
      case 'send':
        return this.#send(action.link, action.chunks);
      case 'close':
        this.closed.push(action.reason);
        return this.#close(action.link);
      case 'hashPiece':
        return swarm.soon(() => this.#hashed(action.torrent, action.piece, action.bytes));
      case 'writePiece':
        this.stores.get(action.torrent)?.set(action.piece, action.bytes);
        return swarm.soon(() =>
          this.input({ type: 'pieceWritten', torrent: action.torrent, piece: action.piece, ok: true }),
        );
      case 'readBlock':
        return swarm.soon(() => this.#read(action));
      case 'readHashes':
        return swarm.soon(() => this.#readHashes(action));
      case 'checkHashes':
        return swarm.soon(() => this.#checkHashes(action));
      case 'fetchFromWebSeed':
        return swarm.fetch(this, action.torrent, action.fetch, action.firstPiece, action.pieceCount);
      case 'announce':
        if (action.event === 'stopped') return;
        return swarm.announce(this, action.torrent);
      case 'torrentComplete':
        this.completedAt.set(action.torrent, swarm.now);
        return;
      case 'torrentFailed':
        this.failedTorrents.push(action.torrent);
        return;
      case 'nodeBanned':
        this.banned.push(action.peerId);
        return;
      case 'cancelWebSeedFetch':
      case 'pieceVerified':
      case 'trace':
        return;
    }
  }

  #hashed(torrent: InfoHash, piece: PieceIndex, bytes: Uint8Array): void {
    const truth = this.swarm.torrents.get(torrent)?.pieces[piece] as Uint8Array;
    const verdict = Buffer.compare(truth, bytes) === 0 ? 'ok' : 'bad';
    this.input({ type: 'pieceHashed', torrent, piece, verdict, leaves: leavesOf(bytes) });
  }

  #readHashes({ link, torrent, range }: Extract<EngineAction, { type: 'readHashes' }>): void {
    const truth = this.swarm.torrents.get(torrent) as VirtualTorrent;
    const made = hashesOfTruth(truth, range);
    const hashes = made && this.options.lieInHashes ? this.options.lieInHashes(made) : made;
    this.input({ type: 'hashesRead', link, torrent, range, hashes });
  }

  #checkHashes({ torrent, piece, range, hashes }: Extract<EngineAction, { type: 'checkHashes' }>): void {
    const truth = this.swarm.torrents.get(torrent) as VirtualTorrent;
    const isTrue = Buffer.compare(hashesOfTruth(truth, range) ?? Buffer.alloc(0), hashes) === 0;
    const leaves = isTrue ? leavesOf(truth.pieces[piece] as Uint8Array) : undefined;
    this.leavesLearnt += isTrue ? 1 : 0;
    this.input({ type: 'hashesChecked', torrent, piece, leaves });
  }

  #read(action: Extract<EngineAction, { type: 'readBlock' }>): void {
    const { link, torrent, piece, beginBytes, lengthBytes } = action;
    const held = this.stores
      .get(torrent)
      ?.get(piece)
      ?.subarray(beginBytes, beginBytes + lengthBytes);
    const bytes = held && this.options.lie ? this.options.lie(piece, held) : held;
    this.input({ type: 'blockRead', link, torrent, piece, beginBytes, bytes });
  }

  #send(link: LinkId, chunks: readonly Uint8Array[]): void {
    const end = this.wires.get(link);
    if (!end) return;
    const { swarm } = this;
    const other = end.wire.ends[end.side === 0 ? 1 : 0];
    for (const bytes of chunks) {
      const rate = this.options.upBytesPerSecond ?? Number.POSITIVE_INFINITY;
      this.#upFreeAt = Math.max(this.#upFreeAt, swarm.now) + (bytes.length * 1000) / rate;
      swarm.at(this.#upFreeAt, () => this.input({ type: 'linkSent', link, bytes: bytes.length }));
      swarm.at(this.#upFreeAt + swarm.delayMs, () => {
        if (end.wire.open) other.node.input({ type: 'linkData', link: other.link, bytes });
      });
    }
  }

  #close(link: LinkId): void {
    const end = this.wires.get(link);
    if (!end) return;
    this.wires.delete(link);
    if (!end.wire.open) return;
    const other = end.wire.ends[end.side === 0 ? 1 : 0];
    // What was sent before the close arrives before it.
    this.swarm.at(Math.max(this.swarm.now, this.#upFreeAt) + this.swarm.delayMs, () => {
      end.wire.open = false;
      if (other.node.wires.delete(other.link)) {
        other.node.input({ type: 'linkClosed', link: other.link, reason: 'remote_closed' });
      }
    });
  }
}

export class VirtualSwarm {
  now = 0;
  readonly delayMs: number;
  readonly random: Random;
  readonly nodes: VirtualNode[] = [];
  readonly torrents = new Map<InfoHash, VirtualTorrent>();
  webSeedIsUp = true;
  /** It gives zeros for content. */
  webSeedLies = false;
  dialCount = 0;
  #events: Event[] = [];
  #order = 0;
  #nextLink = 1;

  constructor(seed: number, delayMs = 5) {
    this.random = seededRandom(seed);
    this.delayMs = delayMs;
  }

  addNode(name: string, options: NodeOptions = {}): VirtualNode {
    const address = { ip: `10.0.0.${this.nodes.length + 1}`, port: 6881 };
    const node = new VirtualNode(this, name, address, options);
    this.nodes.push(node);
    return node;
  }

  addTorrent(torrent: VirtualTorrent): void {
    this.torrents.set(torrent.infoHash, torrent);
  }

  at(time: number, run: () => void): void {
    const event = { at: time, order: this.#order++, run };
    const events = this.#events;
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = events[middle] as Event;
      if (other.at > event.at || (other.at === event.at && other.order > event.order)) low = middle + 1;
      else high = middle;
    }
    events.splice(low, 0, event);
  }

  soon(run: () => void): void {
    this.at(this.now, run);
  }

  /** Runs until the condition holds. @returns whether it did before `limitMs` of virtual time */
  runUntil(condition: () => boolean, limitMs: number): boolean {
    const end = this.now + limitMs;
    while (!condition()) {
      const event = this.#events.pop();
      if (!event || event.at > end) {
        if (event) this.#events.push(event);
        this.now = end;
        return condition();
      }
      this.now = event.at;
      event.run();
    }
    return true;
  }

  run(ms: number): void {
    this.runUntil(() => false, ms);
  }

  dial(from: VirtualNode, torrent: InfoHash, address: Address): void {
    this.dialCount++;
    const to = this.nodes.find(
      (node) => node.address.ip === address.ip && node.address.port === address.port,
    );
    this.at(this.now + 2 * this.delayMs, () => {
      if (!to?.isUp) return from.input({ type: 'dialFailed', torrent, address });
      const ends = [
        { node: from, link: this.#nextLink++ as LinkId },
        { node: to, link: this.#nextLink++ as LinkId },
      ] as const;
      const wire: Wire = { ends, open: true };
      from.wires.set(ends[0].link, { wire, side: 0 });
      to.wires.set(ends[1].link, { wire, side: 1 });
      const caller = { ip: from.address.ip, port: 40_000 + ends[0].link };
      to.input({
        type: 'linkOpened',
        link: ends[1].link,
        direction: 'inbound',
        address: caller,
        torrent: undefined,
      });
      from.input({ type: 'linkOpened', link: ends[0].link, direction: 'outbound', address, torrent });
    });
  }

  /** The tracker: it knows everyone who ever had the torrent. */
  announce(from: VirtualNode, torrent: InfoHash): void {
    this.at(this.now + 2 * this.delayMs, () => {
      const addresses = this.nodes
        .filter((node) => node !== from && node.isUp && node.stores.has(torrent))
        .map((node) => node.address);
      from.input({ type: 'announced', torrent, addresses, intervalMs: 30_000 });
    });
  }

  fetch(
    from: VirtualNode,
    torrent: InfoHash,
    fetch: number,
    firstPiece: PieceIndex,
    pieceCount: number,
  ): void {
    this.at(this.now + 2 * this.delayMs, () => {
      for (let i = 0; this.webSeedIsUp && i < pieceCount; i++) {
        const piece = (firstPiece + i) as PieceIndex;
        const truth = this.torrents.get(torrent)?.pieces[piece] as Uint8Array;
        const bytes = this.webSeedLies ? new Uint8Array(truth.length) : truth.slice();
        from.webSeedBytes += bytes.length;
        from.input({ type: 'webSeedPiece', torrent, piece, bytes });
      }
      from.input({ type: 'webSeedEnded', torrent, fetch, ok: this.webSeedIsUp });
    });
  }
}

/** Hashes of leaves, from the true content. */
function hashesOfTruth(
  { geometry, roots, pieces }: VirtualTorrent,
  range: HashRange,
): Uint8Array | undefined {
  const file = geometry.files[roots?.indexOf(range.root) ?? -1];
  const needed = file && piecesOfRange(range, file, geometry.pieceLengthBytes);
  if (!file || !needed) return undefined;
  const leavesPerPiece = 2 ** pieceLayerOf(file, geometry.pieceLengthBytes);
  const known = needed.map((piece) => ({
    layer: 0,
    firstIndex: (piece - file.firstPiece) * leavesPerPiece,
    hashes: leavesOf(pieces[piece] as Uint8Array),
  }));
  return makeHashes(range, file.lengthBytes, known, nodeHashes.sha256);
}
