/** Nodes that lied. A ban holds on every torrent and ends by itself (threat rows 3 and 4). */
import type { PeerId } from '../units.ts';
import { nodeKey } from './node.ts';

/** Bounded, so that a liar with many ids cannot fill memory; the oldest bans go first. */
const MAX_BANS = 10_000;
/** So many ids of one address were banned: the address is, whatever id comes next. */
const IDS_PER_ADDRESS = 3;

export class BanList {
  readonly #until = new Map<string, number>();
  readonly #idsOfAddress = new Map<string, Set<PeerId>>();
  readonly #banMs: number;

  constructor(banMs: number) {
    this.#banMs = banMs;
  }

  /** @param banMs the engine's by default; a ban that stands is never made shorter */
  add(peerId: PeerId, ip: string, now: number, banMs = this.#banMs): void {
    if (this.#until.size >= MAX_BANS) this.#dropOldest();
    this.#set(nodeKey(peerId, ip), now + banMs);
    const ids = this.#idsOfAddress.get(ip) ?? new Set();
    ids.add(peerId);
    this.#idsOfAddress.set(ip, ids);
    if (ids.size >= IDS_PER_ADDRESS) this.#set(ip, now + banMs);
  }

  #set(key: string, until: number): void {
    this.#until.set(key, Math.max(until, this.#until.get(key) ?? until));
  }

  isBanned(peerId: PeerId, ip: string, now: number): boolean {
    return this.#holds(nodeKey(peerId, ip), now) || this.isAddressBanned(ip, now);
  }

  /** Known before the handshake: an address that keeps coming with new ids. */
  isAddressBanned(ip: string, now: number): boolean {
    return this.#holds(ip, now);
  }

  #holds(key: string, now: number): boolean {
    const until = this.#until.get(key);
    if (until === undefined) return false;
    if (until > now) return true;
    this.#until.delete(key);
    this.#idsOfAddress.delete(key);
    return false;
  }

  #dropOldest(): void {
    const oldest = this.#until.keys().next().value as string;
    this.#until.delete(oldest);
    this.#idsOfAddress.delete(oldest.slice(oldest.indexOf('@') + 1));
  }
}
