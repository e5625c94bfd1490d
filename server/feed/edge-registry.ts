/**
 * Who is in the fleet: a value that feed sessions write and `/api/edges`, the tracker and fleet frames read.
 * Time is an argument (monotonic ms), so that liveness can be tested without waiting.
 */
import type { EdgeInfo } from '../../shared/api-types/status.ts';
import type { Address } from '../../shared/engine/inputs.ts';
import type { PeerId } from '../../shared/units.ts';

/** Three missed pings of 3 s: a lost packet or a long collection is no death, a pulled cable is one. */
export const LIVE_WITHIN_MS = 10_000;
/** A dead edge stays visible (`live: false`) for so long, so that a person sees which one went. */
export const REMEMBERED_MS = 3_600_000;
/** Dead edges kept at most; a fleet has a few, and strangers must not fill the memory (threat row 22). */
export const MAX_REMEMBERED = 1_024;

/** What a session says about its edge; parsed and judged already. */
export interface EdgeArrival {
  readonly peerId: PeerId;
  readonly name: string;
  readonly url: string;
  /** Where siblings ask it by HTTP: {@link url}, unless nobody vouches for that. */
  readonly siblingUrl: string;
  /** Where the other nodes dial its peer wire. */
  readonly peer: Address;
  /** Where its feed socket comes from. */
  readonly socketIp: string;
  readonly applied: number;
}

export interface EdgeProgress {
  readonly applied: number;
  readonly images: EdgeInfo['images'];
  readonly bytes: EdgeInfo['bytes'];
  readonly peers: number;
}

export interface FleetNode extends Address {
  readonly peerId: PeerId;
  readonly url: string;
}

/** A session's hold on an entry; a later session of the same edge makes an older hold worthless. */
export interface EdgeHold {
  readonly peerId: PeerId;
  readonly generation: number;
}

/** An edge that is here, or was within the last hour. */
export interface EdgeSeat extends EdgeHold {
  readonly name: string;
  /** Its feed socket is open. */
  readonly isLinked: boolean;
  /** Highest entry that it acknowledged in its present session; 0: none. */
  readonly acknowledged: number;
}

interface Entry {
  readonly arrival: EdgeArrival;
  readonly generation: number;
  progress: EdgeProgress;
  acknowledged: number;
  connected: boolean;
  heardAt: number;
}

const NOTHING_YET = {
  images: { known: 0, complete: 0 },
  bytes: { wanted: 0, verified: 0, fromPeers: 0, fromOrigin: 0, uploaded: 0 },
  peers: 0,
};

export class EdgeRegistry {
  readonly #entries = new Map<PeerId, Entry>();
  readonly #listeners = new Set<() => void>();
  #generations = 0;

  /**
   * Enters an edge. The same peer id from the same address takes over (its old socket is half-open); from
   * another address it is refused while the first is live, so that nobody steals a seat by its public id.
   * @returns undefined when refused
   */
  join(arrival: EdgeArrival, now: number): EdgeHold | undefined {
    const present = this.#entries.get(arrival.peerId);
    if (present && present.arrival.socketIp !== arrival.socketIp && isLive(present, now)) return undefined;
    const generation = ++this.#generations;
    this.#entries.delete(arrival.peerId);
    this.#entries.set(arrival.peerId, {
      arrival,
      generation,
      progress: { applied: arrival.applied, ...NOTHING_YET },
      acknowledged: 0,
      connected: true,
      heardAt: now,
    });
    this.#changed();
    return { peerId: arrival.peerId, generation };
  }

  /** A pong or a frame came. */
  heard(hold: EdgeHold, now: number): void {
    const entry = this.#held(hold);
    if (!entry) return;
    const wasLive = isLive(entry, now);
    entry.heardAt = now;
    if (!wasLive) this.#changed();
  }

  progress(hold: EdgeHold, progress: EdgeProgress, now: number): void {
    this.heard(hold, now);
    const entry = this.#held(hold);
    if (entry) entry.progress = progress;
  }

  /** Every entry up to this one is on disk there, and in effect. */
  acknowledged(hold: EdgeHold, number: number): void {
    const entry = this.#held(hold);
    if (entry) entry.acknowledged = number;
  }

  /** The session's socket closed; a newer session of the same edge is not touched. */
  leave(hold: EdgeHold, now: number): void {
    const entry = this.#held(hold);
    if (!entry?.connected) return;
    entry.connected = false;
    this.#forgetOld(now);
    this.#changed();
  }

  /** Whether this hold is still the edge's present one. */
  holds(hold: EdgeHold): boolean {
    return this.#held(hold) !== undefined;
  }

  edges(now: number): EdgeInfo[] {
    this.#forgetOld(now);
    return [...this.#entries.values()]
      .map(({ arrival, progress, ...rest }) => ({
        name: arrival.name,
        url: arrival.url,
        live: isLive(rest, now),
        images: progress.images,
        bytes: progress.bytes,
        peers: progress.peers,
        logNumber: progress.applied,
      }))
      .sort(byName);
  }

  /** By name. */
  seats(now: number): EdgeSeat[] {
    this.#forgetOld(now);
    return [...this.#entries.values()]
      .map(({ arrival, generation, connected, acknowledged }) => ({
        peerId: arrival.peerId,
        generation,
        name: arrival.name,
        isLinked: connected,
        acknowledged,
      }))
      .sort(byName);
  }

  /** Live edges, for fleet frames and the swarm. */
  fleet(now: number): FleetNode[] {
    return [...this.#entries.values()]
      .filter((entry) => isLive(entry, now))
      .map(({ arrival: { peerId, peer, siblingUrl } }) => ({ peerId, ...peer, url: siblingUrl }));
  }

  /** The advertised address of a live edge, told to a request that comes from where its feed socket does. */
  addressOf(peerId: PeerId, ip: string, now: number): Address | undefined {
    const entry = this.#entries.get(peerId);
    if (!entry || !isLive(entry, now)) return undefined;
    const { socketIp, peer } = entry.arrival;
    return ip === socketIp || ip === peer.ip ? peer : undefined;
  }

  /** Called after a node came, went or came back to life; not for progress. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #held(hold: EdgeHold): Entry | undefined {
    const entry = this.#entries.get(hold.peerId);
    return entry?.generation === hold.generation ? entry : undefined;
  }

  #forgetOld(now: number): void {
    const dead = [...this.#entries.values()]
      .filter((entry) => !entry.connected)
      .sort((a, b) => b.heardAt - a.heardAt);
    dead.forEach((entry, rank) => {
      if (rank >= MAX_REMEMBERED || now - entry.heardAt > REMEMBERED_MS)
        this.#entries.delete(entry.arrival.peerId);
    });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

const byName = (a: { name: string }, b: { name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

const isLive = (entry: { connected: boolean; heardAt: number }, now: number): boolean =>
  entry.connected && now - entry.heardAt < LIVE_WITHIN_MS;
