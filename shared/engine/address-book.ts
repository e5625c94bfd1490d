/** Where a torrent's peers may be found: addresses with their dialling history, bounded in number. */
import type { Random } from '../random.ts';
import { shuffle } from '../random.ts';
import type { PeerId } from '../units.ts';
import { addressKey } from './address-key.ts';
import { type KnownAddress, whoMakesRoom } from './address-room.ts';
import { type AddressSource, DialLimits, MAX_DIALS } from './dial-limits.ts';
import type { Address } from './inputs.ts';

interface Entry extends KnownAddress {
  readonly address: Address;
  failures: number;
  dialAt: number;
  isDialling: boolean;
  /** A dial of its own, which the limits count; not a channel of a link that stands. */
  isCounted: boolean;
  peerId: PeerId | undefined;
}

/** What the book asks of the engine, of each address that is ready. */
export interface DialQuestions {
  /** The torrent has a link to this node. */
  isLinked(peerId: PeerId): boolean;
  /** No dial is needed: a link stands that takes channels. Default: none does. */
  isReached?(address: Address): boolean;
  /** Not to be dialled before then. Default 0: nothing is against it. */
  heldUntil?(address: Address): number;
}

/** Doubling stops here: a peer that was away for an hour is still asked every minute. */
const MAX_REDIAL_MS = 60_000;

export class AddressBook {
  readonly #entries = new Map<string, Entry>();
  /** To be dialled, now or later: those that are neither being dialled nor linked. */
  readonly #waiting = new Set<Entry>();
  /** Not before then is any of these ready. */
  #nextAt = Number.POSITIVE_INFINITY;
  readonly #maxEntries: number;
  readonly #redialAfterMs: number;
  readonly #limits = new DialLimits();
  #diallingCount = 0;

  constructor(maxEntries: number, redialAfterMs: number) {
    this.#maxEntries = maxEntries;
    this.#redialAfterMs = redialAfterMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  get diallingCount(): number {
    return this.#diallingCount;
  }

  /** Those that are being dialled, or asked over a link that stands. */
  *dialling(): Generator<Address> {
    for (const { address, isDialling } of this.#entries.values()) if (isDialling) yield address;
  }

  /** Port 0 cannot be dialled. Beyond the cap one that is known makes room, or the newcomer is dropped (threat row 2). */
  add(addresses: readonly Address[], source: AddressSource): void {
    for (const address of addresses) {
      const key = addressKey(address);
      if (address.port === 0 || this.#entries.has(key)) continue;
      if (this.#entries.size >= this.#maxEntries && !this.#makeRoom(source)) continue;
      const entry = {
        address,
        source,
        failures: 0,
        dialAt: 0,
        isDialling: false,
        isCounted: false,
        peerId: undefined,
      };
      this.#entries.set(key, entry);
      this.#wait(entry);
    }
  }

  /** Addresses to dial now, at most `count`, least failed first; they count as being dialled. */
  take(limit: number, now: number, random: Random, questions: DialQuestions): Address[] {
    const count = Math.min(limit, MAX_DIALS - this.#diallingCount);
    if (count <= 0 || this.#nextAt > now) return [];
    const chosen: Entry[] = [];
    for (const entry of shuffle(this.#ready(now, questions), random).sort(byPromise)) {
      if (chosen.length === count) break;
      const { address, source } = entry;
      const isCounted = !questions.isReached?.(address);
      if (isCounted && !this.#limits.admits(address.ip, source)) continue;
      this.#setDialling(entry, true, isCounted);
      chosen.push(entry);
    }
    this.#nextAt = Number.POSITIVE_INFINITY;
    for (const { dialAt } of this.#waiting) this.#nextAt = Math.min(this.#nextAt, dialAt);
    return chosen.map((entry) => entry.address);
  }

  /** Whether an address could be dialled now, if there were room. */
  isAnyReady(now: number, questions: DialQuestions): boolean {
    return this.#ready(now, questions).length > 0;
  }

  /** Addresses to be dialled, now or later; some that are linked may be among them. */
  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Before then no address becomes ready; Infinity when none waits. */
  get nextDialAt(): number {
    return this.#nextAt;
  }

  /** The torrent is no more linked to this node: its addresses may be dialled again. */
  unlinked(peerId: PeerId): void {
    if (this.#waiting.size + this.#diallingCount === this.#entries.size) return;
    for (const entry of this.#entries.values()) {
      if (entry.peerId === peerId && !entry.isDialling) this.#wait(entry);
    }
  }

  /** The dial or the link to this address ended; it may be dialled again after a while. */
  ended(address: Address, succeeded: boolean, now: number): void {
    const entry = this.#entries.get(addressKey(address));
    if (!entry) return;
    this.#setDialling(entry, false);
    entry.failures = succeeded ? 0 : entry.failures + 1;
    // What is forgotten stays so when the link that told who we are has ended.
    entry.dialAt = Math.max(
      entry.dialAt,
      now + Math.min(this.#redialAfterMs * 2 ** entry.failures, MAX_REDIAL_MS),
    );
    this.#wait(entry);
  }

  /** This node had nothing for us: others have their turn before it has. */
  setAside(peerId: PeerId, now: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.peerId !== peerId) continue;
      entry.failures = Math.max(entry.failures, 1);
      entry.dialAt = Math.max(entry.dialAt, now + MAX_REDIAL_MS);
    }
  }

  /** Not dialled after all; it may be at once. */
  release(address: Address): void {
    const entry = this.#entries.get(addressKey(address));
    if (!entry) return;
    this.#setDialling(entry, false);
    this.#wait(entry);
  }

  /** The handshake told who lives there. */
  identify(address: Address, peerId: PeerId | undefined): void {
    const entry = this.#entries.get(addressKey(address));
    if (!entry) return;
    this.#setDialling(entry, false);
    entry.peerId = peerId ?? entry.peerId;
    entry.failures = 0;
    this.#wait(entry);
  }

  /** Never to be dialled again: it is ourselves. */
  forget(address: Address): void {
    const entry = this.#entries.get(addressKey(address));
    if (!entry) return;
    this.#setDialling(entry, false);
    entry.dialAt = Number.POSITIVE_INFINITY;
    this.#waiting.delete(entry);
  }

  #ready(now: number, questions: DialQuestions): Entry[] {
    const ready: Entry[] = [];
    for (const entry of this.#waiting) {
      if (entry.peerId !== undefined && questions.isLinked(entry.peerId)) this.#waiting.delete(entry);
      else if (entry.dialAt <= now && !isHeld(entry, questions)) ready.push(entry);
    }
    return ready;
  }

  #makeRoom(newcomer: AddressSource): boolean {
    const key = whoMakesRoom(this.#entries, newcomer, this.#maxEntries);
    const entry = key === undefined ? undefined : this.#entries.get(key);
    if (key === undefined || entry === undefined) return false;
    this.#waiting.delete(entry);
    return this.#entries.delete(key);
  }

  #wait(entry: Entry): void {
    if (entry.dialAt === Number.POSITIVE_INFINITY) return;
    this.#waiting.add(entry);
    this.#nextAt = Math.min(this.#nextAt, entry.dialAt);
  }

  #setDialling(entry: Entry, isDialling: boolean, isCounted = false): void {
    if (isDialling) this.#waiting.delete(entry);
    if (entry.isDialling === isDialling) return;
    entry.isDialling = isDialling;
    this.#diallingCount += isDialling ? 1 : -1;
    if (entry.isCounted !== isCounted)
      this.#limits.change(entry.address.ip, entry.source, isCounted ? 1 : -1);
    entry.isCounted = isCounted;
  }
}

/** The least failed first, and of these the host's reserve. */
function byPromise(a: Entry, b: Entry): number {
  return a.failures - b.failures || Number(b.source === 'reserve') - Number(a.source === 'reserve');
}

function isHeld(entry: Entry, questions: DialQuestions): boolean {
  const until = questions.heldUntil?.(entry.address) ?? 0;
  if (until === 0) return false;
  entry.dialAt = until;
  return true;
}
