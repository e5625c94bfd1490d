/** The watch that holds every step of every host to the rules. */
import type { EngineAction } from '../../shared/engine/actions.ts';
import { defaultTunables, type EngineTunables } from '../../shared/engine/options.ts';
import type { End } from '../../shared/sim/connection.ts';
import type { SimHost } from '../../shared/sim/host.ts';
import type { StepWatch } from '../../shared/sim/rules.ts';
import type { Simulation } from '../../shared/sim/simulation.ts';
import type { PieceIndex } from '../../shared/units.ts';
import { WireWatch } from './wire-watch.ts';

/** Steps of one host at one moment: a burst of messages is some hundred, a loop has no end. */
const MAX_STEPS_AT_ONCE = 20_000;
const SWEEP_MS = 1_000;
/** The engine looks at late requests by a timer of its own: so much later than its limits at most. */
const LATE_SLACK_MS = 6_000;
/** A reader's request may exceed the depth by so many, in late-requests.ts and requests.ts. */
const READER_REQUESTS = 16;

export class Watch implements StepWatch {
  readonly #simulation: Simulation;
  readonly #wires = new Map<End, WireWatch>();
  /** Of this step, for nodes that were choked before it. */
  readonly #reads: { readonly wire: WireWatch; readonly piece: PieceIndex; readonly to: string }[] = [];
  readonly #steps = new Map<SimHost, { at: number; count: number }>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#sweepLater();
  }

  /** Before the host performs it. */
  action(host: SimHost, action: EngineAction): void {
    if (action.type !== 'send' && action.type !== 'readBlock') return;
    const end = host.ends.get(action.link);
    if (!end) return;
    const wire = this.#wire(end);
    if (action.type === 'send') wire.sent(action.chunks, this.#simulation.events.now);
    else if (!wire.mayUpload(action.piece))
      this.#reads.push({ wire, piece: action.piece, to: end.other.name });
  }

  stepped(host: SimHost): void {
    // What an unchoke of the same step allows: it leaves at the step's end, and the block after it.
    for (const { wire, piece, to } of this.#reads.splice(0))
      if (!wire.mayUpload(piece))
        host.violated('upload-unchoked', `reads piece ${piece} for ${to}, who is choked`);
    const { now } = this.#simulation.events;
    const steps = this.#steps.get(host);
    if (steps?.at !== now) this.#steps.set(host, { at: now, count: 1 });
    else if (++steps.count > MAX_STEPS_AT_ONCE) host.violated('no-spin', `${steps.count} steps at once`);
  }

  #wire(end: End): WireWatch {
    let wire = this.#wires.get(end);
    if (!wire) {
      const twin = end.other.ends.get(end.otherLink);
      wire = new WireWatch();
      this.#wires.set(end, wire);
      if (twin) wire.meet(this.#wire(twin));
    }
    return wire;
  }

  #sweepLater(): void {
    const { events } = this.#simulation;
    events.at(events.now + SWEEP_MS, () => {
      for (const [end] of this.#wires) if (end.host.ends.get(end.link) !== end) this.#wires.delete(end);
      for (const host of this.#simulation.hosts) if (host.isUp && host.isHonest) this.#look(host);
      this.#simulation.checkUplinks();
      this.#sweepLater();
    });
  }

  #look(host: SimHost): void {
    const limits: EngineTunables = { ...defaultTunables, ...host.options.engine };
    const { now } = this.#simulation.events;
    const lateMs = limits.channelTimeoutMs + limits.requestTimeoutMs + LATE_SLACK_MS;
    let asked = 0;
    for (const end of host.ends.values()) {
      const wire = this.#wires.get(end);
      const { oldestAt, count } = wire?.outstanding() ?? { oldestAt: now, count: 0 };
      asked += count;
      // One that died in silence cannot answer the cancel of what was given to others long ago.
      const isThere = end.other.ends.has(end.otherLink);
      if (isThere && oldestAt + lateMs < now)
        host.violated('request-answered', `${end.other.name} owes a block since ${oldestAt.toFixed(0)} ms`);
      if (count > limits.maxRequests + READER_REQUESTS)
        host.violated('bounded-memory', `${count} requests to ${end.other.name}`);
      if (end.out.queuedBytes > 2 * limits.maxUnsentBytes)
        host.violated('bounded-memory', `${end.out.queuedBytes} bytes unsent to ${end.other.name}`);
    }
    if (host.engine.linkCount > limits.maxLinks)
      host.violated('bounded-memory', `${host.engine.linkCount} links`);
    // Beyond the limit nothing new is asked for; what was asked for before still comes, each block of another piece.
    const allowed = limits.maxUnwrittenBytes + asked * MAX_PIECE_BYTES + MAX_LATE_BYTES;
    if (host.disk.pendingBytes > 2 * allowed)
      host.violated('bounded-memory', `${host.disk.pendingBytes} bytes with hash and disk`);
  }
}

const MAX_PIECE_BYTES = 128 << 10;
const MAX_LATE_BYTES = 8 << 20;
