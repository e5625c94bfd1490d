/** A host: the real engine behind an access link, with disk, hash and clock in virtual time. */
import type { Bitfield } from '../bitfield.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { Address, CloseReason, EngineInput } from '../engine/inputs.ts';
import type { EngineTunables } from '../engine/options.ts';
import { type Random, seededRandom } from '../random.ts';
import type { TraceRecorder } from '../trace/recorder.ts';
import type { InfoHash, LinkId, PeerId, PieceIndex } from '../units.ts';
import type { Behaviour } from './behaviour.ts';
import type { SimPoint } from './buggify.ts';
import { closedByOther, type End, endAll } from './connection.ts';
import type { SimTorrent } from './content.ts';
import { SimDisk } from './disk.ts';
import type { AddOptions, HostOptions } from './host-options.ts';
import { AccessLink } from './network.ts';
import { perform } from './perform.ts';
import { PieceContent } from './piece-content.ts';
import type { Pipe } from './pipe.ts';
import type { RuleName } from './rules.ts';
import type { Simulation } from './simulation.ts';

export class SimHost {
  readonly simulation: Simulation;
  readonly name: string;
  readonly number: number;
  readonly address: Address;
  readonly access: AccessLink;
  readonly latencyMs: number;
  readonly options: HostOptions;
  behaviour: Behaviour;
  /** What its next engine is tuned to, beside the options; a restart takes it up. */
  tuned: Partial<EngineTunables> = {};
  readonly ends = new Map<LinkId, End>();
  /** Answers of the web seed under way. */
  readonly fetches = new Map<number, Pipe>();
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
    this.#record?.node(simulation.events.now, {
      name: this.name,
      role: options.role ?? 'edge',
      peerId: this.peerId,
      upBytesPerSecond: options.upBytesPerSecond,
      downBytesPerSecond: options.downBytesPerSecond,
    });
  }

  get #record(): TraceRecorder | undefined {
    return this.simulation.recorder;
  }

  /** In the log: hosts are recorded in the order in which they are added. */
  get #index(): number {
    return this.number - 1;
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
      isNew: how.isNew ?? false,
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
      if (action.type === 'trace') this.#record?.event(events.now, this.#index, action.event);
      else perform(this, action);
    }
    watch?.stepped(this);
    if (wakeAt < this.#wakeAt) this.#sleepUntil(wakeAt);
  }

  /** A function of its own: in {@link input} each step would cost what only few need, a scope that outlives it. */
  #sleepUntil(wakeAt: number): void {
    const { events } = this.simulation;
    this.#wakeAt = wakeAt;
    events.at(Math.max(wakeAt, events.now), () => this.#wake(wakeAt));
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

  /** The other side closed, or is gone. */
  linkClosed(link: LinkId, reason: CloseReason): void {
    if (closedByOther(this, link)) this.input({ type: 'linkClosed', link, reason });
  }

  /**
   * Dies at once. After a crash the other sides see closed connections; after a power cut (`silent`) they see
   * nothing any more.
   */
  die(how: 'crash' | 'silent'): void {
    this.isUp = false;
    this.life++;
    this.disk.crashed();
    endAll(this, how);
    this.#record?.left(this.simulation.events.now, this.#index);
  }

  /** A new process with what was on disk; who it is to others is drawn anew. The caller adds its torrents. */
  restart(): void {
    this.isUp = true;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.peerId = this.#drawPeerId();
    this.engine = this.#startEngine();
    this.#record?.back(this.simulation.events.now, this.#index, this.peerId);
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
      allocate: (_, infoHash, piece) =>
        new PieceContent(this.simulation.torrents.get(infoHash) as SimTorrent, piece),
      random: seededRandom(this.#random.integer(2 ** 31)),
      ...this.options.engine,
      ...this.tuned,
      trace: this.#record !== undefined,
      ...(buggify ? { buggify } : {}),
    });
  }
}
