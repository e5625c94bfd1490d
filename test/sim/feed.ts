/**
 * The feed in virtual time: a log of entries, told to each edge in order over a connection that breaks now and then.
 * Edges hear of the same entry at different times, and after a reconnect of many at once.
 */
import type { Random } from '../../shared/random.ts';
import type { SimTorrent } from '../../shared/sim/content.ts';
import type { SimHost } from '../../shared/sim/host.ts';
import type { Simulation } from '../../shared/sim/simulation.ts';
import type { InfoHash } from '../../shared/units.ts';

export type Entry =
  | { readonly type: 'publish'; readonly torrent: SimTorrent }
  | { readonly type: 'purge'; readonly torrent: InfoHash };

interface Subscriber {
  readonly host: SimHost;
  /** Number of the first entry that it has not applied. */
  next: number;
  isConnected: boolean;
  /** A frame is on its way; what follows it arrives later. */
  isTelling: boolean;
}

export class SimFeed {
  readonly entries: Entry[] = [];
  readonly #simulation: Simulation;
  readonly #random: Random;
  readonly #maxDelayMs: number;
  readonly #subscribers = new Map<SimHost, Subscriber>();

  constructor(simulation: Simulation, random: Random, maxDelayMs: number) {
    this.#simulation = simulation;
    this.#random = random;
    this.#maxDelayMs = maxDelayMs;
  }

  /** The origin applies it at once, the others when they hear of it. */
  append(entry: Entry): void {
    this.entries.push(entry);
    for (const subscriber of this.#subscribers.values()) this.#tell(subscriber);
  }

  /** Torrents that were published and not purged. */
  get live(): ReadonlySet<InfoHash> {
    const live = new Set<InfoHash>();
    for (const entry of this.entries) {
      if (entry.type === 'publish') live.add(entry.torrent.infoHash);
      else live.delete(entry.torrent);
    }
    return live;
  }

  connect(host: SimHost): void {
    const subscriber = this.#subscribers.get(host) ?? { host, next: 0, isConnected: false, isTelling: false };
    this.#subscribers.set(host, subscriber);
    subscriber.isConnected = true;
    this.#tell(subscriber);
  }

  disconnect(host: SimHost): void {
    const subscriber = this.#subscribers.get(host);
    if (subscriber) subscriber.isConnected = false;
  }

  /** A new process of the host joins what its log says, with what its disk has. */
  rejoin(host: SimHost): void {
    const applied = this.entries.slice(0, this.#subscribers.get(host)?.next ?? 0);
    const torrents = new Map<InfoHash, SimTorrent>();
    for (const entry of applied) {
      if (entry.type === 'publish') torrents.set(entry.torrent.infoHash, entry.torrent);
      else torrents.delete(entry.torrent);
    }
    for (const torrent of torrents.values()) host.add(torrent);
    this.connect(host);
  }

  /** Whether the host has applied all there is. */
  isCaughtUp(host: SimHost): boolean {
    return this.#subscribers.get(host)?.next === this.entries.length;
  }

  #tell(subscriber: Subscriber): void {
    if (subscriber.isTelling || subscriber.next >= this.entries.length) return;
    subscriber.isTelling = true;
    const { events } = this.#simulation;
    events.at(events.now + this.#random.fraction() * this.#maxDelayMs, () => {
      subscriber.isTelling = false;
      const { host } = subscriber;
      if (!subscriber.isConnected || !host.isUp) return;
      const entry = this.entries[subscriber.next++] as Entry;
      if (entry.type === 'publish') host.add(entry.torrent);
      else host.remove(entry.torrent);
      this.#tell(subscriber);
    });
  }
}
