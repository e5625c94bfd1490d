/** A host: the real engine, and disk, hash and clock in virtual time. Its payload is a view of the true bytes. */
import { Bitfield } from '../../shared/bitfield.ts';
import type { EngineAction } from '../../shared/engine/actions.ts';
import { createEngine, type Engine } from '../../shared/engine/engine.ts';
import type { Address, CloseReason, EngineInput } from '../../shared/engine/inputs.ts';
import type { EngineOptions } from '../../shared/engine/options.ts';
import { seededRandom } from '../../shared/random.ts';
import { BLOCK_BYTES, type InfoHash, type LinkId, type PeerId, type PieceIndex } from '../../shared/units.ts';
import type { Behaviour } from './behaviour.ts';
import { isSame, leavesBesideTruth, type SimTorrent } from './content.ts';
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
}

/** One end of a connection. */
export interface End {
  readonly host: SimHost;
  readonly link: LinkId;
  /** Towards the other end. */
  readonly out: Pipe;
  readonly back: Pipe;
  readonly other: SimHost;
}

export interface HostCounters {
  dials: number;
  failedDials: number;
  linksOpened: number;
  /** Blocks read for upload a first time, and again. */
  firstReads: number;
  firstReadsDoneAt: number;
  repeatedReadBytes: number;
  readonly closeReasons: Map<string, number>;
}

export class SimHost {
  readonly simulation: Simulation;
  readonly name: string;
  readonly number: number;
  readonly address: Address;
  readonly peerId: PeerId;
  readonly engine: Engine;
  readonly access: AccessLink;
  readonly latencyMs: number;
  readonly behaviour: Behaviour;
  readonly ends = new Map<LinkId, End>();
  readonly held = new Map<InfoHash, Bitfield>();
  readonly completedAt = new Map<InfoHash, number>();
  /** Virtual times at which pieces were verified. */
  readonly verifiedAt: number[] = [];
  readonly verifiedBytes: number[] = [];
  readonly banned: PeerId[] = [];
  readonly counters: HostCounters = {
    dials: 0,
    failedDials: 0,
    linksOpened: 0,
    firstReads: 0,
    firstReadsDoneAt: 0,
    repeatedReadBytes: 0,
    closeReasons: new Map(),
  };
  isUp = true;
  readonly #diskMs: number;
  readonly #readBefore = new Set<string>();
  readonly #suspects = new Set<string>();
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(simulation: Simulation, number: number, options: HostOptions) {
    const { random } = simulation;
    this.simulation = simulation;
    this.name = options.name;
    this.number = number;
    this.latencyMs = options.latencyMs;
    this.behaviour = options.behaviour ?? {};
    this.#diskMs = options.diskMs ?? 0;
    this.address = {
      ip: options.ip ?? `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`,
      port: 6881,
    };
    this.access = new AccessLink(simulation.events, options);
    this.peerId = Array.from({ length: 40 }, () => random.integer(16).toString(16)).join('') as PeerId;
    this.engine = createEngine({
      peerId: this.peerId,
      listenPort: this.address.port,
      random: seededRandom(random.integer(2 ** 31)),
      ...options.engine,
    });
  }

  /** Lies about nothing, gives what it has, follows the rules. */
  get isHonest(): boolean {
    return this.behaviour.isHostile !== true;
  }

  add(
    torrent: SimTorrent,
    how: { readonly isSeed?: boolean; readonly superSeed?: boolean; readonly webSeed?: boolean } = {},
  ): void {
    const { pieceCount } = torrent.geometry;
    const verified = () => (how.isSeed ? Bitfield.full(pieceCount) : Bitfield.empty(pieceCount));
    this.held.set(torrent.infoHash, verified());
    this.input({
      type: 'addTorrent',
      torrent: torrent.infoHash,
      infoHashV2: torrent.infoHashV2,
      geometry: torrent.geometry,
      verified: verified(),
      want: 'all',
      superSeed: how.superSeed ?? false,
      webSeed: how.webSeed ?? false,
    });
  }

  get isComplete(): boolean {
    for (const held of this.held.values()) if (!held.isFull) return false;
    return true;
  }

  input(input: EngineInput): void {
    if (!this.isUp) return;
    const { events } = this.simulation;
    const { actions, wakeAt } = this.engine.step(input, events.now);
    for (const action of actions) this.#perform(action);
    if (wakeAt < this.#wakeAt) {
      this.#wakeAt = wakeAt;
      events.at(Math.max(wakeAt, events.now), () => this.#wake(wakeAt));
    }
  }

  #wake(at: number): void {
    if (this.#wakeAt !== at) return;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.input({ type: 'tick' });
  }

  #perform(action: EngineAction): void {
    const { simulation } = this;
    switch (action.type) {
      case 'dial':
        this.counters.dials++;
        return simulation.dial(this, action.torrent, action.address);
      case 'send':
        return this.#send(action.link, action.chunks);
      case 'close':
        return this.#close(action.link, action.reason);
      case 'hashPiece':
        return this.#later(() => this.#hash(action.torrent, action.piece, action.bytes));
      case 'writePiece':
        return this.#write(action.torrent, action.piece, action.bytes);
      case 'readBlock':
        return this.#later(() => this.#read(action));
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
        return simulation.violated(`${this.name} gave up torrent ${action.torrent}: ${action.code}`);
      case 'nodeBanned':
        this.banned.push(action.peerId);
        return simulation.nodeBanned(this, action.peerId, action.code);
      case 'cancelWebSeedFetch':
      case 'pieceVerified':
      case 'trace':
        return;
    }
  }

  #later(run: () => void): void {
    const { events } = this.simulation;
    if (this.#diskMs === 0) events.soon(run);
    else events.at(events.now + this.#diskMs, run);
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

  #hash(torrent: InfoHash, piece: PieceIndex, bytes: Uint8Array): void {
    const truth = this.simulation.truth(torrent, piece);
    const isTrue = isSame(truth, bytes);
    const key = `${torrent} ${piece}`;
    // Leaves are looked at for a piece that failed, and for the same piece when it passes later.
    const isSuspect = !isTrue || this.#suspects.delete(key);
    if (!isTrue) this.#suspects.add(key);
    const leaves = isSuspect ? leavesBesideTruth(bytes, truth) : NO_LEAVES;
    this.input({ type: 'pieceHashed', torrent, piece, verdict: isTrue ? 'ok' : 'bad', leaves });
  }

  #write(torrent: InfoHash, piece: PieceIndex, bytes: Uint8Array): void {
    const { simulation } = this;
    if (!isSame(simulation.truth(torrent, piece), bytes))
      simulation.violated(`${this.name} stored a wrong piece ${piece}`);
    this.held.get(torrent)?.set(piece);
    this.verifiedAt.push(simulation.events.now);
    this.verifiedBytes.push(bytes.length);
    this.#later(() => this.input({ type: 'pieceWritten', torrent, piece, ok: true }));
  }

  #read(action: Extract<EngineAction, { type: 'readBlock' }>): void {
    const { link, torrent, piece, beginBytes, lengthBytes } = action;
    const { simulation } = this;
    if (!this.held.get(torrent)?.has(piece))
      simulation.violated(`${this.name} reads piece ${piece}, which it does not hold`);
    this.#countRead(action);
    const held = simulation.truth(torrent, piece).subarray(beginBytes, beginBytes + lengthBytes);
    const bytes = this.behaviour.onBlock ? this.behaviour.onBlock(held) : held;
    this.input({ type: 'blockRead', link, torrent, piece, beginBytes, bytes });
  }

  #countRead({
    torrent,
    piece,
    beginBytes,
    lengthBytes,
  }: Extract<EngineAction, { type: 'readBlock' }>): void {
    if (!this.behaviour.countsReads) return;
    const { counters } = this;
    const key = `${torrent} ${piece} ${beginBytes / BLOCK_BYTES}`;
    if (this.#readBefore.has(key)) counters.repeatedReadBytes += lengthBytes;
    else {
      this.#readBefore.add(key);
      counters.firstReads++;
      counters.firstReadsDoneAt = this.simulation.events.now;
    }
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
    this.isUp = false;
    for (const end of this.ends.values()) {
      end.out.isClosed = true;
      end.out.drop();
      end.back.isClosed = true;
      const { events } = this.simulation;
      if (how === 'crash') {
        const { otherLink } = this.simulation.opposite(end);
        events.at(events.now + end.out.latencyMs, () => end.other.linkClosed(otherLink, 'remote_closed'));
      }
    }
    this.ends.clear();
  }
}

const NO_LEAVES = new Uint8Array(0);

function bytesOf(chunks: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  return bytes;
}
