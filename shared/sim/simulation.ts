/**
 * Engines, access links, a tracker and a clock: one seed replays a run. Rules that must hold at every moment are
 * checked while it runs (invariants.ts), and what breaks one ends the run.
 */
import type { EngineAction } from '../engine/actions.ts';
import { addressKey } from '../engine/address-key.ts';
import type { Address } from '../engine/inputs.ts';
import { type Random, seededRandom } from '../random.ts';
import type { TraceRecorder } from '../trace/recorder.ts';
import type { InfoHash, LinkId, PeerId } from '../units.ts';
import type { End } from './connection.ts';
import type { SimTorrent } from './content.ts';
import { EventQueue } from './event-queue.ts';
import { SimHost } from './host.ts';
import type { HostOptions } from './host-options.ts';
import { Pipe } from './pipe.ts';
import { Reach } from './reach.ts';
import { InvariantBroken, type RuleName, type StepWatch } from './rules.ts';
import { SimTracker } from './tracker.ts';

type Announce = Extract<EngineAction, { type: 'announce' }>;

/** As the host's transport waits for a connection that nobody answers. */
const DIAL_TIMEOUT_MS = 5_000;
/** What an uplink may have sent before it began to count: the turn that is being sent. */
const UPLINK_SLACK_BYTES = 64_000;

export class Simulation {
  readonly seed: number;
  readonly events = new EventQueue();
  readonly random: Random;
  readonly hosts: SimHost[] = [];
  readonly torrents = new Map<InfoHash, SimTorrent>();
  readonly tracker: SimTracker;
  /** Whose access link the web seed's answers come over; undefined: they come at once. */
  webSeed: SimHost | undefined;
  /** Looks at every step of every host; costs time, so large runs have none. */
  watch: StepWatch | undefined;
  /** Writes down what every host's engine tells; costs time and memory. Set before hosts are added. */
  recorder: TraceRecorder | undefined;
  /** Hears of every announce, such as a feed that would take them. */
  announcing: ((host: SimHost, announce: Announce) => void) | undefined;
  readonly #reach = new Reach();
  readonly #byAddress = new Map<string, SimHost>();
  readonly #byPeerId = new Map<PeerId, SimHost>();
  readonly #ends = new Set<End>();
  #nextLink = 1;

  constructor(seed: number) {
    this.seed = seed;
    this.random = seededRandom(seed);
    this.tracker = new SimTracker(this.random);
  }

  addHost(options: HostOptions): SimHost {
    const host = new SimHost(this, this.hosts.length + 1, options);
    this.hosts.push(host);
    this.#byAddress.set(addressKey(host.address), host);
    return host;
  }

  /** The host goes by this id. */
  known(host: SimHost, peerId: PeerId): void {
    this.#byPeerId.set(peerId, host);
  }

  addTorrent(torrent: SimTorrent): void {
    this.torrents.set(torrent.infoHash, torrent);
  }

  /** @returns whether the condition came to hold within `limitMs` of virtual time */
  runUntil(condition: () => boolean, limitMs: number): boolean {
    return this.events.runUntil(condition, this.events.now + limitMs);
  }

  violated(rule: RuleName, host: SimHost, what: string): never {
    throw new InvariantBroken(
      rule,
      `seed ${this.seed}, at ${this.events.now.toFixed(1)} ms, ${host.name}: ${what}`,
    );
  }

  /** Honest nodes ban nobody honest: what it looks like to them is the network's fault. */
  nodeBanned(by: SimHost, peerId: PeerId, code: string): void {
    const banned = this.#byPeerId.get(peerId);
    if (by.isHonest && banned?.isHonest)
      this.violated('honest-not-banned', by, `banned ${banned.name}: ${code}`);
  }

  /** No uplink may have carried more than its rate allows. */
  checkUplinks(): void {
    for (const host of this.hosts) {
      const { access } = host;
      const allowed = access.upBytesPerMs * this.events.now + UPLINK_SLACK_BYTES;
      if (access.use.sentBytes > allowed)
        this.violated('uplink-rate', host, 'sent more than its uplink carries');
    }
  }

  /** Splits the network, or heals it. What is on its way arrives; what is queued waits, as TCP would have it wait. */
  partition(islands: ReadonlyMap<SimHost, number> | undefined): void {
    this.#reach.islands = islands;
    this.#cutOrMend();
  }

  /** Two hosts do not reach each other any more, or do again. */
  cut(a: SimHost, b: SimHost, isCut: boolean): void {
    this.#reach.cut(a, b, isCut);
    this.#cutOrMend();
  }

  #cutOrMend(): void {
    for (const end of this.#ends) {
      if (end.host.ends.get(end.link) !== end && end.out.isEmpty) this.#ends.delete(end);
      end.out.isCut = !this.#reach.has(end.host, end.other);
      if (!end.out.isCut) end.host.access.resume(end.out);
    }
  }

  dial(from: SimHost, torrent: InfoHash, address: Address): void {
    const { events } = this;
    const { life } = from;
    const to = this.#byAddress.get(addressKey(address));
    const fail = () => {
      from.counters.failedDials++;
      from.inputOf(life, { type: 'dialFailed', torrent, address });
    };
    if (!to || !this.#reach.has(from, to)) {
      events.at(events.now + DIAL_TIMEOUT_MS, fail);
      return;
    }
    const latencyMs = from.latencyMs + to.latencyMs;
    events.at(events.now + 2 * latencyMs, () => {
      if (!to.isUp) fail();
      else if (from.isUp && from.life === life) this.#connect(from, to, torrent, address, latencyMs);
    });
  }

  #connect(from: SimHost, to: SimHost, torrent: InfoHash, address: Address, latencyMs: number): void {
    const near = this.#nextLink++ as LinkId;
    const far = this.#nextLink++ as LinkId;
    const forth = this.#pipe(from, to, near, far, latencyMs);
    const back = this.#pipe(to, from, far, near, latencyMs);
    this.#join({ host: from, link: near, out: forth, back, other: to, otherLink: far });
    this.#join({ host: to, link: far, out: back, back: forth, other: from, otherLink: near });
    const caller = { ip: from.address.ip, port: 1024 + (near % 60_000) };
    to.input({ type: 'linkOpened', link: far, direction: 'inbound', address: caller, torrent: undefined });
    from.input({ type: 'linkOpened', link: near, direction: 'outbound', address, torrent });
    if (from.happens('linkDies')) this.#breakSoon(from, near, 'dies');
    else if (from.happens('linkGoesSilent')) this.#breakSoon(from, near, 'silent');
  }

  #join(end: End): void {
    end.host.counters.linksOpened++;
    end.host.ends.set(end.link, end);
    this.#ends.add(end);
  }

  #breakSoon(host: SimHost, link: LinkId, how: 'dies' | 'silent'): void {
    const afterMs = this.random.fraction() * 10_000;
    this.events.at(this.events.now + afterMs, () => this.breakLink(host, link, how));
  }

  /** A connection ends for both sides, or the path forgets it and tells nobody. What was on its way is lost. */
  breakLink(host: SimHost, link: LinkId, how: 'dies' | 'silent'): void {
    const end = host.ends.get(link);
    if (!end) return;
    end.out.isDead = true;
    end.back.isDead = true;
    if (how === 'silent') return;
    host.linkClosed(link, 'error');
    end.other.linkClosed(end.otherLink, 'error');
  }

  #pipe(from: SimHost, to: SimHost, near: LinkId, far: LinkId, latencyMs: number): Pipe {
    const pipe = new Pipe({
      from: from.access,
      to: to.access,
      latencyMs,
      sent: (bytes) => from.input({ type: 'linkSent', link: near, bytes }),
      delivered: (bytes) => to.input({ type: 'linkData', link: far, bytes }),
      closed: () => to.linkClosed(far, 'remote_closed'),
    });
    pipe.isCut = !this.#reach.has(from, to);
    return pipe;
  }

  announce(from: SimHost, torrent: InfoHash): void {
    const { events, tracker } = this;
    const { life } = from;
    events.at(events.now + 2 * from.latencyMs, () => tracker.heard(from, torrent));
    events.at(Math.max(events.now + 2 * from.latencyMs, tracker.opensAtMs), () => {
      const isEmpty = from.happens('announceEmpty');
      const addresses = isEmpty ? [] : tracker.handout(from, torrent).map((host) => host.address);
      from.inputOf(life, { type: 'announced', torrent, addresses, intervalMs: tracker.intervalMs });
    });
  }
}
