/** Nodes that lied, or flood. A ban holds on every torrent and ends by itself (threat rows 3, 4 and 10). */
import type { PeerId } from '../units.ts';
import { addressKey } from './address-key.ts';
import type { Address } from './inputs.ts';

/** Bounded, so that a liar with many addresses cannot fill memory; what was banned first goes first. */
const MAX_ADDRESSES = 10_000;
/**
 * So many ids of one address are banned at the same time: then the address is, whatever id comes next. Not sooner,
 * since a shop's edges may share one address.
 */
const IDS_PER_ADDRESS = 3;

export class BanList {
  /** By address, until when each id is banned. */
  readonly #until = new Map<string, Map<PeerId, number>>();
  /** Where a dial met a banned node, and until when it is banned. */
  readonly #met = new Map<string, number>();
  readonly #banMs: number;

  constructor(banMs: number) {
    this.#banMs = banMs;
  }

  /** Addresses with a ban that may still hold. */
  get size(): number {
    return this.#until.size;
  }

  /** @param banMs the engine's by default; a ban that stands is never made shorter */
  add(peerId: PeerId, ip: string, now: number, banMs = this.#banMs): void {
    const ids = this.#standing(ip, now) ?? new Map<PeerId, number>();
    // Whoever was linked already when its address was banned: one id more or less is no matter.
    if (!ids.has(peerId) && ids.size >= IDS_PER_ADDRESS) ids.delete(ids.keys().next().value as PeerId);
    ids.set(peerId, Math.max(now + banMs, ids.get(peerId) ?? 0));
    this.#until.set(ip, ids);
    keepNewest(this.#until);
  }

  /**
   * A dial of ours led to this banned node: one address is closed to all torrents, and a neighbour behind the same IP
   * address is not. Where a node says that it listens does not count: it could name the neighbour's port.
   */
  met(peerId: PeerId, address: Address, now: number): void {
    const until = this.#standing(address.ip, now)?.get(peerId);
    if (until === undefined) return;
    this.#met.set(addressKey(address), until);
    keepNewest(this.#met);
  }

  /** When what keeps us from dialling this address ends; 0: nothing does. */
  heldUntil(address: Address, now: number): number {
    const ids = this.#standing(address.ip, now);
    if (ids === undefined) return 0;
    const ofIp = ids.size >= IDS_PER_ADDRESS ? Math.min(...ids.values()) : 0;
    const until = Math.max(ofIp, this.#met.get(addressKey(address)) ?? 0);
    return until > now ? until : 0;
  }

  isBanned(peerId: PeerId, ip: string, now: number): boolean {
    const ids = this.#standing(ip, now);
    return ids !== undefined && (ids.has(peerId) || ids.size >= IDS_PER_ADDRESS);
  }

  /** Known before the handshake: an address that keeps coming with new ids. */
  isAddressBanned(ip: string, now: number): boolean {
    return (this.#standing(ip, now)?.size ?? 0) >= IDS_PER_ADDRESS;
  }

  /** Bans that hold; those that ended are forgotten. */
  #standing(ip: string, now: number): Map<PeerId, number> | undefined {
    const ids = this.#until.get(ip);
    if (!ids) return undefined;
    for (const [peerId, until] of ids) if (until <= now) ids.delete(peerId);
    if (ids.size > 0) return ids;
    this.#until.delete(ip);
    return undefined;
  }
}

function keepNewest(map: Map<string, unknown>): void {
  if (map.size > MAX_ADDRESSES) map.delete(map.keys().next().value as string);
}
