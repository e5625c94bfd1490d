/**
 * Deadlines are data: named, kept in one heap, and the host sleeps until the earliest. Setting a name again
 * replaces its deadline; stale heap entries are skipped when they surface.
 */
import type { InfoHash, LinkId } from '../units.ts';

export type TimerName =
  | {
      readonly kind:
        | 'chokingRound'
        | 'optimisticUnchoke'
        | 'lateRequests'
        | 'superSeed'
        | 'quietChannels'
        | 'laterHaves'
        | 'keptChannels'
        | 'uplink'
        | 'haves';
    }
  | {
      readonly kind: 'handshake' | 'introduction' | 'keepAlive' | 'silence' | 'requests' | 'hashesFirst';
      readonly link: LinkId;
    }
  | { readonly kind: (typeof TORRENT_KINDS)[number]; readonly torrent: InfoHash };

/** All of them are cleared when their torrent is removed. */
export const TORRENT_KINDS = ['announce', 'dial', 'webSeed', 'untold'] as const;

interface Deadline {
  readonly name: TimerName;
  readonly key: Key;
  readonly at: number;
  /** It was set anew, or cleared: its place in the heap means nothing any more. */
  isStale: boolean;
}

type Key = string | number;

const LINK_KINDS = {
  handshake: 0,
  introduction: 1,
  keepAlive: 2,
  silence: 3,
  requests: 4,
  hashesFirst: 5,
} as const;
const SPARE_KINDS = 8;

/** Deadlines of links are set and looked up for each block and HAVE: a number costs no string each time. */
function keyOf(name: TimerName): Key {
  if ('link' in name) return name.link * SPARE_KINDS + LINK_KINDS[name.kind];
  return 'torrent' in name ? `${name.kind}:${name.torrent}` : name.kind;
}

/** So many stale entries are of no weight. */
const SPARE_ENTRIES = 1_024;

export class Timers {
  readonly #deadlines = new Map<Key, Deadline>();
  readonly #heap: Deadline[] = [];

  set(name: TimerName, at: number): void {
    const key = keyOf(name);
    const standing = this.#deadlines.get(key);
    if (standing?.at === at) return;
    if (standing) standing.isStale = true;
    const deadline = { name, key, at, isStale: false };
    this.#deadlines.set(key, deadline);
    if (this.#heap.length > 2 * this.#deadlines.size + SPARE_ENTRIES) this.#sweep();
    else this.#push(deadline);
  }

  /** Sets the deadline unless an earlier one stands. */
  setNoLaterThan(name: TimerName, at: number): void {
    const standing = this.#deadlines.get(keyOf(name));
    if (!standing || standing.at > at) this.set(name, at);
  }

  clear(name: TimerName): void {
    const key = keyOf(name);
    const standing = this.#deadlines.get(key);
    if (!standing) return;
    standing.isStale = true;
    this.#deadlines.delete(key);
  }

  has(name: TimerName): boolean {
    return this.#deadlines.has(keyOf(name));
  }

  /** Entries in the heap, stale ones among them. */
  get entryCount(): number {
    return this.#heap.length;
  }

  /** The earliest deadline; Infinity when none is set. */
  nextAt(): number {
    this.#dropStale();
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Takes the earliest deadline that is due; undefined when none is. */
  takeDue(now: number): TimerName | undefined {
    this.#dropStale();
    const first = this.#heap[0];
    if (!first || first.at > now) return undefined;
    this.#deadlines.delete(first.key);
    this.#pop();
    return first.name;
  }

  /** Deadlines that were set anew or cleared lie in the heap until their time; many of them are thrown out at once. */
  #sweep(): void {
    this.#heap.length = 0;
    for (const deadline of this.#deadlines.values()) this.#push(deadline);
  }

  #dropStale(): void {
    while (this.#heap[0]?.isStale) this.#pop();
  }

  #push(deadline: Deadline): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(deadline);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] as Deadline).at <= deadline.at) break;
      heap[at] = heap[parent] as Deadline;
      at = parent;
    }
    heap[at] = deadline;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Deadline;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as Deadline).at < (heap[child] as Deadline).at) child++;
      if ((heap[child] as Deadline).at >= last.at) break;
      heap[at] = heap[child] as Deadline;
      at = child;
    }
    heap[at] = last;
  }
}
