/** A host: the real engine behind an access link, with disk, hash and clock in virtual time. */
import type { Bitfield } from '../../shared/bitfield.ts';
import type { EngineAction } from '../../shared/engine/actions.ts';
import { createEngine, type Engine } from '../../shared/engine/engine.ts';
import type { Address, CloseReason, EngineInput } from '../../shared/engine/inputs.ts';
import type { EngineOptions } from '../../shared/engine/options.ts';
import { type Random, seededRandom } from '../../shared/random.ts';
import type { InfoHash, LinkId, PeerId, PieceIndex } from '../../shared/units.ts';
import type { Behaviour } from './behaviour.ts';
import type { Buggify, SimPoint } from './buggify.ts';
import type { SimTorrent } from './content.ts';
import { SimDisk, takeBuffer } from './disk.ts';
import type { RuleName } from './invariants.ts';
import { AccessLink } from './network.ts';
import type { Pipe } from './pipe.ts';
import type { Simulation } from './simulation.ts';

export interface HostOptions {
  readonly name: string;
  readonly upBytesPerSecond: number;
  readonly downBytesPerSecond: number;
  /** Its part of every path's one-way delay. */
  readonly latencyMs: number;
  readonly ip?: string;
  readonly engine?: Partial<EngineOptions>;
  readonly behaviour?: Behaviour;
  /** From a request for hash, read or write to its answer. Default 0. */
  readonly diskMs?: number;
  /** Of what it sends in one turn, so many are hit by a lost packet. Default 0. */
  readonly lossShare?: number;
  readonly buggify?: Buggify;
}

/** One end of a connection. */
export interface End {
  readonly host: SimHost;
  readonly link: LinkId;
  /** Towards the other end. */
  readonly out: Pipe;
  readonly back: Pipe;
  readonly other: SimHost;
  readonly otherLink: LinkId;
}

export interface AddOptions {
  readonly isSeed?: boolean;
  readonly superSeed?: boolean;
  readonly webSeed?: boolean;
  readonly want?: 'all' | 'none';
}

export class SimHost {
  readonly simulation: Simulation;
  readonly name: string;
  readonly number: number;
  readonly address: Address;
  readonly access: AccessLink;
  readonly latencyMs: number;
  readonly options: HostOptions;
  readonly behaviour: Behaviour;
  readonly ends = new Map<LinkId, End>();
  readonly disk: SimDisk;
  readonly completedAt = new Map<InfoHash, number>();
  readonly banned: PeerId[] = [];
  readonly counters = { dials: 0, failedDials: 0, linksOpened: 0, closeReasons: new Map<string, number>() };
  isUp = true;
  /** Counts the processes that ran on this host: what one asked for, the next does not want to hear. */
  life = 0;
  peerId: PeerId;
  engine: Engine;
  readonly #random: Random;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(simulation: Simulation, number: number, options: HostOptions) {
    this.simulation = simulation;
    this.name = options.name;
    this.number = number;
    this.options = options;
    this.latencyMs = options.latencyMs;
    this.behaviour = options.behaviour ?? {};
    const ip = options.ip ?? `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
    this.address = { ip, port: 6881 };
    this.access = new AccessLink(simulation.events, options);
    this.disk = new SimDisk(this);
    this.#random = seededRandom(simulation.random.integer(2 ** 31));
    if (options.lossShare) this.access.loss = { share: options.lossShare, random: this.#random };
    this.peerId = this.#drawPeerId();
    this.engine = this.#startEngine();
  }

  /** Lies about nothing, gives what it has, follows the rules. */
  get isHonest(): boolean {
    return this.behaviour.isHostile !== true;
  }

  get held(): ReadonlyMap<InfoHash, Bitfield> {
    return this.disk.held;
  }

  get isComplete(): boolean {
    for (const held of this.disk.held.values()) if (!held.isFull) return false;
    return true;
  }

  add(torrent: SimTorrent, how: AddOptions = {}): void {
    this.input({
      type: 'addTorrent',
      torrent: torrent.infoHash,
      infoHashV2: torrent.infoHashV2,
      geometry: torrent.geometry,
      verified: this.disk.open(torrent, how.isSeed ?? false),
      want: how.want ?? 'all',
      superSeed: how.superSeed ?? false,
      webSeed: how.webSeed ?? false,
    });
  }

  remove(torrent: InfoHash): void {
    this.disk.remove(torrent);
    this.input({ type: 'removeTorrent', torrent });
  }

  /** The cache makes room for others' images: these pieces are gone, and wanted again. */
  evict(torrent: InfoHash, pieces: readonly PieceIndex[]): void {
    const lost = this.disk.evict(torrent, pieces);
    if (lost.length > 0) this.input({ type: 'piecesLost', torrent, pieces: lost });
  }

  /** Whether a rare thing is to happen now. */
  happens(point: SimPoint): boolean {
    return this.options.buggify?.(point) ?? false;
  }

  violated(rule: RuleName, what: string): never {
    return this.simulation.violated(rule, this, what);
  }

  input(input: EngineInput): void {
    if (!this.isUp) return;
    const { events, watch } = this.simulation;
    const { actions, wakeAt } = this.engine.step(input, events.now);
    for (const action of actions) {
      watch?.action(this, action);
      this.#perform(action);
    }
    watch?.stepped(this);
    if (wakeAt < this.#wakeAt) {
      this.#wakeAt = wakeAt;
      events.at(Math.max(wakeAt, events.now), () => this.#wake(wakeAt));
    }
  }

  /** An answer to what the process of that life asked for. */
  inputOf(life: number, input: EngineInput): void {
    if (this.life === life) this.input(input);
  }

  #wake(at: number): void {
    if (this.#wakeAt !== at) return;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.input({ type: 'tick' });
  }

  #perform(action: EngineAction): void {
    const { simulation, disk } = this;
    switch (action.type) {
      case 'dial':
        this.counters.dials++;
        return simulation.dial(this, action.torrent, action.address);
      case 'send':
        return this.#send(action.link, action.chunks);
      case 'close':
        return this.#close(action.link, action.reason);
      case 'hashPiece':
        return this.#later(action.bytes.length, () => disk.hash(action));
      case 'writePiece':
        disk.take(action);
        return this.#later(action.bytes.length, () => disk.write(action));
      case 'readBlock':
        return this.#later(0, () => disk.read(action));
      case 'fetchFromWebSeed':
        return simulation.fetchFromWebSeed(this, action);
      case 'announce':
        if (action.event === 'stopped') simulation.tracker.leave(this, action.torrent);
        else simulation.announce(this, action.torrent);
        return;
      case 'torrentComplete':
        this.completedAt.set(action.torrent, simulation.events.now);
        return;
      case 'torrentFailed':
        return this.violated('torrent-not-failed', `gave up torrent ${action.torrent}: ${action.code}`);
      case 'nodeBanned':
        this.banned.push(action.peerId);
        return simulation.nodeBanned(this, action.peerId, action.code);
      default:
        return;
    }
  }

  #later(bytes: number, work: () => EngineInput): void {
    const { events } = this.simulation;
    const { life } = this;
    const { diskMs } = this.options;
    this.disk.pendingBytes += bytes;
    const run = () => {
      if (life !== this.life || !this.isUp) return;
      this.disk.pendingBytes -= bytes;
      this.input(work());
    };
    if (diskMs) events.at(events.now + diskMs, run);
    else events.soon(run);
  }

  #send(link: LinkId, chunks: readonly Uint8Array[]): void {
    const end = this.ends.get(link);
    if (!end) return;
    if (!this.behaviour.onSend) {
      this.access.send(end.out, chunks);
      return;
    }
    const said = this.behaviour.onSend(chunks, end);
    if (said.length > 0) this.access.send(end.out, said);
    // What a liar holds back must not stay on its engine's books.
    const heldBack = bytesOf(chunks) - bytesOf(said);
    if (heldBack > 0)
      this.simulation.events.soon(() => this.input({ type: 'linkSent', link, bytes: heldBack }));
  }

  #close(link: LinkId, reason: string): void {
    const end = this.ends.get(link);
    if (!end) return;
    this.counters.closeReasons.set(reason, (this.counters.closeReasons.get(reason) ?? 0) + 1);
    this.ends.delete(link);
    end.back.isClosed = true;
    end.out.closesWhenEmpty = true;
    this.access.resume(end.out);
  }

  /** The other side closed, or is gone. */
  linkClosed(link: LinkId, reason: CloseReason): void {
    const end = this.ends.get(link);
    if (!end) return;
    this.ends.delete(link);
    end.out.isClosed = true;
    end.out.drop();
    this.input({ type: 'linkClosed', link, reason });
  }

  /**
   * Dies at once. After a crash the other sides see closed connections; after a power cut (`silent`) they see
   * nothing any more.
   */
  die(how: 'crash' | 'silent'): void {
    const { events } = this.simulation;
    this.isUp = false;
    this.life++;
    this.disk.crashed();
    for (const end of this.ends.values()) {
      end.out.isClosed = true;
      end.out.drop();
      end.back.isClosed = true;
      if (how === 'crash')
        events.at(events.now + end.out.latencyMs, () => end.other.linkClosed(end.otherLink, 'remote_closed'));
    }
    this.ends.clear();
  }

  /** A new process with what was on disk; who it is to others is drawn anew. The caller adds its torrents. */
  restart(): void {
    this.isUp = true;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.peerId = this.#drawPeerId();
    this.engine = this.#startEngine();
  }

  #drawPeerId(): PeerId {
    const hex = Array.from({ length: 40 }, () => this.#random.integer(16).toString(16)).join('');
    this.simulation.known(this, hex as PeerId);
    return hex as PeerId;
  }

  #startEngine(): Engine {
    const { buggify } = this.options;
    return createEngine({
      peerId: this.peerId,
      listenPort: this.address.port,
      allocate: takeBuffer,
      random: seededRandom(this.#random.integer(2 ** 31)),
      ...this.options.engine,
      ...(buggify ? { buggify } : {}),
    });
  }
}

function bytesOf(chunks: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  return bytes;
}
