/**
 * The tracker's memory: who is in which swarm. A machine without a clock: `now` comes with each call, in ms.
 *
 * Only torrents that were made known have a swarm (threat row 22): an announce for another hash costs nothing. A
 * peer is its address, not its peer id, so nobody can speak for, or sign off, someone at another address.
 */
import { toHex } from '../bytes.ts';
import type { InfoHash, PeerId } from '../units.ts';
import type { AnnounceRequest } from './announce-query.ts';
import { COMPACT_IPV4_BYTES, compactPeer } from './compact.ts';
import type { HandOutPeer } from './handout.ts';
import type { SwarmCounts } from './scrape.ts';
import { SiteCounts } from './site-counts.ts';

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

export interface SwarmPeer extends HandOutPeer {
  readonly ip: string;
  readonly port: number;
  readonly peerId: PeerId;
  readonly compact: Uint8Array;
}

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

interface Member extends SwarmPeer {
  /** See {@link siteOf}. */
  readonly site: string;
  peerId: PeerId;
  isSeed: boolean;
  isReachable: boolean;
  seenAt: number;
  /** Place in the swarm's list. */
  index: number;
}

interface Swarm {
  /** For random access. */
  readonly list: Member[];
  /** By address, in the order of the last announce: who expires next stands first. */
  readonly byKey: Map<string, Member>;
  readonly countBySite: SiteCounts;
  seeds: number;
  completed: number;
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
    if (this.#swarms.has(infoHash)) return;
    this.#swarms.set(infoHash, {
      list: [],
      byKey: new Map(),
      countBySite: new SiteCounts(),
      seeds: 0,
      completed: 0,
    });
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
    const before = swarm.byKey.get(key);
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
    const seeds = swarm.seeds;
    const isNew = isEntered && before === undefined;
    return { requester: member, isNew, peers: swarm.list, seeds, leechers: swarm.list.length - seeds };
  }

  /** This address was found to answer: hand it out from now on. @returns whose it is */
  markReachable(infoHash: InfoHash, ip: string, port: number): SwarmPeer | undefined {
    const compact = compactPeer(ip, port);
    const member = compact && this.#swarms.get(infoHash)?.byKey.get(toHex(compact));
    if (member) member.isReachable = true;
    return member;
  }

  peersOf(infoHash: InfoHash): readonly SwarmPeer[] {
    return this.#swarms.get(infoHash)?.list ?? [];
  }

  /** This address is spoken for elsewhere: it is told of twice no more. */
  dropAddress(infoHash: InfoHash, key: string): void {
    const swarm = this.#swarms.get(infoHash);
    const member = swarm?.byKey.get(key);
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
    return { seeds: swarm.seeds, leechers: swarm.list.length - swarm.seeds, completed: swarm.completed };
  }

  /** Drops all who are gone; for swarms that nobody announces to any more. Once a minute is plenty. */
  sweep(now: number): void {
    for (const swarm of this.#swarms.values()) this.#expire(swarm, now);
  }

  /** In a full table newcomers wait, so that a flood cannot drive out those who were there. */
  #hasRoom(swarm: Swarm, { site }: Member): boolean {
    const { maxPeers, maxPeersPerSwarm, maxPeersPerSite, maxPlacesPerSite } = this.#limits;
    if (this.#peerCount >= maxPeers || swarm.list.length >= maxPeersPerSwarm) return false;
    return swarm.countBySite.of(site) < maxPeersPerSite && this.#countBySite.of(site) < maxPlacesPerSite;
  }

  #insert(swarm: Swarm, member: Member): void {
    member.index = swarm.list.length;
    swarm.list.push(member);
    swarm.byKey.set(member.key, member);
    for (const counts of [swarm.countBySite, this.#countBySite]) counts.add(member.site);
    if (member.isSeed) swarm.seeds++;
    this.#peerCount++;
  }

  /** The last of the list takes the place of the one that goes. */
  #drop(swarm: Swarm, member: Member): void {
    const last = swarm.list.pop() as Member;
    if (last !== member) {
      swarm.list[member.index] = last;
      last.index = member.index;
    }
    swarm.byKey.delete(member.key);
    for (const counts of [swarm.countBySite, this.#countBySite]) counts.remove(member.site);
    if (member.isSeed) swarm.seeds--;
    this.#peerCount--;
  }

  #expire(swarm: Swarm, now: number): void {
    for (const member of swarm.byKey.values()) {
      if (now - member.seenAt < this.#limits.expiryMs) return;
      this.#drop(swarm, member);
    }
  }
}

/** An IPv4 address; the first 8 bytes of an IPv6 one, for a machine has all addresses of its /64 (RFC 4291). */
function siteOf(key: string): string {
  return key.length === 2 * COMPACT_IPV4_BYTES ? key.slice(0, 8) : key.slice(0, 16);
}

/** First 3 bytes of an IPv4 address, first 6 of an IPv6 one: what BEP 40 takes for one network. */
export function networkOf(key: string): string {
  return key.slice(0, key.length === 2 * COMPACT_IPV4_BYTES ? 6 : 12);
}
