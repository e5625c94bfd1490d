/**
 * The tracker's memory: who is in which swarm. A machine without a clock: `now` comes with each call, in ms.
 *
 * Only torrents that were made known have a swarm (threat row 22): an announce for another hash costs nothing. A
 * peer is its address, not its peer id, so nobody can speak for, or sign off, someone at another address.
 */
import { toHex } from '../bytes.ts';
import type { InfoHash } from '../units.ts';
import { networkOf, siteOf } from './address-key.ts';
import type { AnnounceRequest } from './announce-query.ts';
import { compactPeer } from './compact.ts';
import type { SwarmCounts } from './scrape.ts';
import { SiteCounts } from './site-counts.ts';
import { type Member, Swarm, type SwarmPeer } from './swarm.ts';

export interface SwarmTableLimits {
  /** A peer that did not announce for so long is gone: two intervals and a little. */
  readonly expiryMs: number;
  readonly maxPeersPerSwarm: number;
  /** At some 400 bytes each. */
  readonly maxPeers: number;
  /** Peers of one site in one swarm: machines behind one NAT, or one that announces every port it has. */
  readonly maxPeersPerSite: number;
  /** The same over all swarms. Edges need none of these places: they announce over their feeds (FA2). */
  readonly maxPlacesPerSite: number;
}

export const SWARM_TABLE_LIMITS: SwarmTableLimits = {
  expiryMs: 75 * 60_000,
  maxPeersPerSwarm: 3_000,
  maxPeers: 250_000,
  maxPeersPerSite: 64,
  // An eighth: a hundred machines behind one NAT, each in 300 swarms, and no one site can shut all others out.
  maxPlacesPerSite: 31_250,
};

/** What the announce's answer is made of. */
export interface AnnouncedSwarm {
  /** The announcing peer; not in `peers` when it signed off or the table is full, and served all the same. */
  readonly requester: SwarmPeer;
  /** It was not in the swarm before, and is now. */
  readonly isNew: boolean;
  readonly peers: readonly SwarmPeer[];
  readonly seeds: number;
  readonly leechers: number;
}

export class SwarmTable {
  readonly #limits: SwarmTableLimits;
  readonly #swarms = new Map<InfoHash, Swarm>();
  readonly #countBySite = new SiteCounts();
  #peerCount = 0;

  constructor(limits: Partial<SwarmTableLimits> = {}) {
    this.#limits = { ...SWARM_TABLE_LIMITS, ...limits };
  }

  get swarmCount(): number {
    return this.#swarms.size;
  }

  get peerCount(): number {
    return this.#peerCount;
  }

  /** Makes a torrent known. */
  add(infoHash: InfoHash): void {
    if (!this.#swarms.has(infoHash)) this.#swarms.set(infoHash, new Swarm());
  }

  remove(infoHash: InfoHash): void {
    for (const { site } of this.#swarms.get(infoHash)?.list ?? []) {
      this.#countBySite.remove(site);
      this.#peerCount--;
    }
    this.#swarms.delete(infoHash);
  }

  has(infoHash: InfoHash): boolean {
    return this.#swarms.has(infoHash);
  }

  /**
   * @param ip where the announce came from, never what it says of itself
   * @param isReachable whether it may be handed out at once; else {@link markReachable} says so later
   * @returns `undefined` for a torrent that is not known
   */
  announce(
    request: AnnounceRequest,
    ip: string,
    isReachable: boolean,
    now: number,
  ): AnnouncedSwarm | undefined {
    const swarm = this.#swarms.get(request.infoHash);
    const compact = compactPeer(ip, request.port);
    if (!swarm || !compact) return undefined;
    this.#expire(swarm, now);
    const key = toHex(compact);
    const before = swarm.get(key);
    const isSeed = request.leftBytes === 0;
    if (request.event === 'completed' && isSeed && before?.isSeed === false) swarm.completed++;
    if (before) this.#drop(swarm, before);
    const member: Member = {
      key,
      ip,
      port: request.port,
      peerId: request.peerId,
      compact,
      network: networkOf(key),
      site: siteOf(key),
      isSeed,
      isReachable: isReachable || (before?.isReachable ?? false),
      seenAt: now,
      index: -1,
    };
    const isEntered = request.event !== 'stopped' && this.#hasRoom(swarm, member);
    if (isEntered) this.#insert(swarm, member);
    const isNew = isEntered && before === undefined;
    const { list, seeds, leechers } = swarm;
    return { requester: member, isNew, peers: list, seeds, leechers };
  }

  /** This address was found to answer: hand it out from now on. @returns whose it is */
  markReachable(infoHash: InfoHash, ip: string, port: number): SwarmPeer | undefined {
    const compact = compactPeer(ip, port);
    const member = compact && this.#swarms.get(infoHash)?.get(toHex(compact));
    if (member) member.isReachable = true;
    return member;
  }

  peersOf(infoHash: InfoHash): readonly SwarmPeer[] {
    return this.#swarms.get(infoHash)?.list ?? [];
  }

  /** This address is spoken for elsewhere: it is told of twice no more. */
  dropAddress(infoHash: InfoHash, key: string): void {
    const swarm = this.#swarms.get(infoHash);
    const member = swarm?.get(key);
    if (swarm && member) this.#drop(swarm, member);
  }

  /** One more peer has become a seed: for who is not in this table. */
  countCompleted(infoHash: InfoHash): void {
    const swarm = this.#swarms.get(infoHash);
    if (swarm) swarm.completed++;
  }

  /** `undefined` for a torrent that is not known. */
  counts(infoHash: InfoHash, now: number): SwarmCounts | undefined {
    const swarm = this.#swarms.get(infoHash);
    if (!swarm) return undefined;
    this.#expire(swarm, now);
    const { seeds, leechers, completed } = swarm;
    return { seeds, leechers, completed };
  }

  /** Drops all who are gone; for swarms that nobody announces to any more. Once a minute is plenty. */
  sweep(now: number): void {
    for (const swarm of this.#swarms.values()) this.#expire(swarm, now);
  }

  /** In a full table newcomers wait, so that a flood cannot drive out those who were there. */
  #hasRoom(swarm: Swarm, { site }: Member): boolean {
    const { maxPeers, maxPeersPerSwarm, maxPeersPerSite, maxPlacesPerSite } = this.#limits;
    if (this.#peerCount >= maxPeers || swarm.list.length >= maxPeersPerSwarm) return false;
    return swarm.countOfSite(site) < maxPeersPerSite && this.#countBySite.of(site) < maxPlacesPerSite;
  }

  #insert(swarm: Swarm, member: Member): void {
    swarm.insert(member);
    this.#countBySite.add(member.site);
    this.#peerCount++;
  }

  #drop(swarm: Swarm, member: Member): void {
    swarm.drop(member);
    this.#countBySite.remove(member.site);
    this.#peerCount--;
  }

  #expire(swarm: Swarm, now: number): void {
    for (const member of swarm.byAge()) {
      if (now - member.seenAt < this.#limits.expiryMs) return;
      this.#drop(swarm, member);
    }
  }
}
