/**
 * Torrents that wait for a channel of a link, the oldest first, whenever they came to the line: nodes that were told of the
 * sets in the same order take them in the same order. Of thirty thousand sets at once some edges learn only later
 * who has them, and each set at another moment: in the order in which they came, links carried different sets, and what an
 * edge had it could pass on to nobody. A heap, since a line may be a hundred thousand long.
 */
import type { Address } from './inputs.ts';
import type { Torrent } from './torrent.ts';

interface Place {
  readonly torrent: Torrent;
  /** Where the torrent knows the link's node by. */
  readonly address: Address;
}

export class WaitingLine implements Iterable<Place> {
  readonly #heap: Place[] = [];
  readonly #torrents = new Set<Torrent>();

  get size(): number {
    return this.#heap.length;
  }

  has(torrent: Torrent): boolean {
    return this.#torrents.has(torrent);
  }

  /** Who waits already keeps its place. */
  join(torrent: Torrent, address: Address): void {
    if (this.#torrents.has(torrent)) return;
    this.#torrents.add(torrent);
    const heap = this.#heap;
    const place = { torrent, address };
    let at = heap.length;
    heap.push(place);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isOlder(heap[parent] as Place, place)) break;
      heap[at] = heap[parent] as Place;
      at = parent;
    }
    heap[at] = place;
  }

  /** The oldest; undefined: nobody waits. */
  take(): Place | undefined {
    const [oldest] = this.#heap;
    const last = this.#heap.pop();
    if (!oldest || !last) return undefined;
    this.#torrents.delete(oldest.torrent);
    if (this.#heap.length > 0) this.#sink(last);
    return oldest;
  }

  /** In no order. */
  [Symbol.iterator](): Iterator<Place> {
    return this.#heap.values();
  }

  #sink(place: Place): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const sibling = heap[child + 1];
      if (sibling && isOlder(sibling, heap[child] as Place)) child++;
      if (isOlder(place, heap[child] as Place)) break;
      heap[at] = heap[child] as Place;
      at = child;
    }
    heap[at] = place;
  }
}

const isOlder = (a: Place, b: Place): boolean => a.torrent.order < b.torrent.order;
