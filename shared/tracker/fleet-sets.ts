/**
 * Which edge has, or wants, which image set, by the numbers of the entries that published them: two bits each, so
 * that a hundred edges with ten thousand sets take 250 KB and the loss of an edge takes one step. A machine without a
 * clock; rules FA2 and FA3 of docs/PROTOCOL.md.
 */
import { toHex } from '../bytes.ts';
import type { AnnounceFrame } from '../feed/announce-frames.ts';
import { numbersIn } from '../feed/number-ranges.ts';
import type { PeerId } from '../units.ts';
import { networkOf } from './address-key.ts';
import { compactPeer, type PeerAddress } from './compact.ts';
import { NumberSet } from './number-set.ts';
import type { SwarmPeer } from './swarm.ts';

/** What was told of one set. */
export interface ToldSet {
  readonly number: number;
  readonly isSeed: boolean;
  /** It was told before that this edge wants it. */
  readonly didWant: boolean;
}

export interface Seat {
  readonly peerId: PeerId;
  readonly address: PeerAddress;
  /** As it is handed out for sets that it has, and for those it wants. */
  readonly asSeed: SwarmPeer;
  readonly asLeecher: SwarmPeer;
}

interface Entry extends Seat {
  readonly has: NumberSet;
  readonly wants: NumberSet;
  /** Named on the present socket, until that has named all. */
  told: NumberSet | undefined;
  /** When the seat goes; Infinity while the edge is there. */
  goesAt: number;
}

export class FleetSets {
  readonly #graceMs: number;
  readonly #entries = new Map<PeerId, Entry>();

  /** @param graceMs an edge that is back within this after its socket was lost keeps its place in all swarms */
  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Places in swarms: of each edge, the sets that it has or wants. Ranges may cover numbers that are no sets. */
  placeCount(published: NumberSet): number {
    let count = 0;
    for (const { has, wants } of this.#entries.values())
      count += has.countIn(published) + wants.countIn(published);
    return count;
  }

  seats(): Iterable<Seat> {
    return this.#entries.values();
  }

  /** The edge has a new socket. @returns undefined for an address that is none */
  open(peerId: PeerId, address: PeerAddress): Seat | undefined {
    const present = this.#entries.get(peerId);
    if (present && present.address.ip === address.ip && present.address.port === address.port) {
      present.told = new NumberSet();
      present.goesAt = Number.POSITIVE_INFINITY;
      return present;
    }
    this.#entries.delete(peerId);
    const compact = compactPeer(address.ip, address.port);
    if (!compact) return undefined;
    const key = toHex(compact);
    const { ip, port } = address;
    const peer = { ip, port, peerId, compact, key, network: networkOf(key), isReachable: true };
    const entry: Entry = {
      peerId,
      address,
      asSeed: { ...peer, isSeed: true },
      asLeecher: { ...peer, isSeed: false },
      has: new NumberSet(),
      wants: new NumberSet(),
      told: new NumberSet(),
      goesAt: Number.POSITIVE_INFINITY,
    };
    this.#entries.set(peerId, entry);
    return entry;
  }

  /** The socket is gone. @returns when the seat goes */
  lost(peerId: PeerId, now: number): number {
    const entry = this.#entries.get(peerId);
    if (!entry) return now;
    entry.goesAt = now + this.#graceMs;
    return entry.goesAt;
  }

  /** Drops the seats whose time has come. */
  expire(now: number): void {
    for (const [peerId, entry] of this.#entries) if (entry.goesAt <= now) this.#entries.delete(peerId);
  }

  /**
   * @param highest number of the last entry: what lies beyond is no set of ours
   * @returns the sets it has or wants by this frame
   */
  apply(peerId: PeerId, frame: AnnounceFrame, highest: number): ToldSet[] {
    const entry = this.#entries.get(peerId);
    const sets: ToldSet[] = [];
    if (!entry) return sets;
    for (const number of numbersIn(frame.left, highest)) {
      entry.has.delete(number);
      entry.wants.delete(number);
    }
    for (const isSeed of [false, true])
      for (const number of numbersIn(isSeed ? frame.has : frame.wants, highest)) {
        sets.push({ number, isSeed, didWant: entry.wants.has(number) });
        (isSeed ? entry.has : entry.wants).add(number);
        (isSeed ? entry.wants : entry.has).delete(number);
        entry.told?.add(number);
      }
    if (frame.whole && entry.told) {
      entry.has.keep(entry.told);
      entry.wants.keep(entry.told);
      entry.told = undefined;
    }
    return sets;
  }

  /** Whether this edge announced the set. */
  isIn(peerId: PeerId, number: number): boolean {
    const entry = this.#entries.get(peerId);
    return entry !== undefined && (entry.has.has(number) || entry.wants.has(number));
  }

  peersOf(number: number): SwarmPeer[] {
    const peers: SwarmPeer[] = [];
    for (const { has, wants, asSeed, asLeecher } of this.#entries.values()) {
      if (has.has(number)) peers.push(asSeed);
      else if (wants.has(number)) peers.push(asLeecher);
    }
    return peers;
  }

  /** The set is no more: its number is not used again, but its bits should not linger. */
  forget(number: number): void {
    for (const { has, wants } of this.#entries.values()) {
      has.delete(number);
      wants.delete(number);
    }
  }
}
