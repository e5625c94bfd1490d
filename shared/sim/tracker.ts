/** The tracker hands out whom it heard of: at random, or along a topology. It forgets nobody who died without a word. */
import { type Random, shuffle } from '../random.ts';
import type { InfoHash } from '../units.ts';
import type { SimHost } from './host.ts';
import type { Topology } from './topology.ts';

/** BEP 3: peers in one answer of the tracker. */
const HANDOUT = 50;
export const ANNOUNCE_INTERVAL_MS = 30_000;

export class SimTracker {
  /** Undefined: anybody may be told of anybody. */
  topology: Topology | undefined;
  /** It answers nobody before: a swarm that begins together is known to itself then. */
  opensAtMs = 0;
  /** After which a node is to ask again. */
  intervalMs = ANNOUNCE_INTERVAL_MS;
  /** Announces that came. */
  announces = 0;
  readonly #announced = new Map<InfoHash, Set<SimHost>>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  heard(from: SimHost, torrent: InfoHash): void {
    this.announces++;
    const known = this.#announced.get(torrent) ?? new Set();
    this.#announced.set(torrent, known.add(from));
  }

  handout(to: SimHost, torrent: InfoHash): readonly SimHost[] {
    const known = this.#announced.get(torrent) ?? new Set();
    const neighbours = this.topology?.get(to);
    if (neighbours) return neighbours.filter((host) => known.has(host));
    const others = [...known].filter((host) => host !== to);
    return shuffle(others, this.#random).slice(0, HANDOUT);
  }

  leave(from: SimHost, torrent: InfoHash): void {
    this.#announced.get(torrent)?.delete(from);
  }
}
