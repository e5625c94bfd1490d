/**
 * How long a reader's wish is left to peers before the origin is asked as well. Peers save the origin's uplink, but
 * they must not make a page slower: so the wait is what peers took lately, and there is none when nobody can help.
 * Bytes that such races cost are bounded; where they run out, the wait is what the origin itself would take.
 */

/** Below this a hedge only races the jitter of a path that works. */
const LOWEST_MS = 10;
/** An origin that has sent nothing for so long is no measure of what it takes. */
const MAX_WAITED_MS = 2_000;
/** A path whose times are all alike must not lose each race by a hair. */
const SLACK = 1.25;
const SLACK_MS = 5;
const REMEMBERED = 64;
const PERCENTILE = 0.95;
/**
 * Of what readers were served cold, so much may come from the origin though a peer would have given it. It adds up over
 * edges: in a crowd at eight of them 5 % were 0.4 copies of what the origin sent, in virtual time.
 */
const RACED_PART = 0.01;
/** A picture of a page: at eight edges that all begin with the same one, 4 % of two hundred. */
const RACE_BURST_BYTES = 64 << 10;

/** The 95th percentile of the last few times. */
export class RecentTimes {
  readonly #times: number[] = [];
  #next = 0;
  #percentile: number | undefined;

  seen(ms: number): void {
    this.#times[this.#next] = ms;
    this.#next = (this.#next + 1) % REMEMBERED;
    this.#percentile = undefined;
  }

  /** Undefined while nothing was seen. */
  get high(): number | undefined {
    if (this.#percentile === undefined && this.#times.length > 0) {
      const sorted = this.#times.toSorted((a, b) => a - b);
      this.#percentile = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * PERCENTILE))];
    }
    return this.#percentile;
  }
}

/** Bytes that races may cost. A race that had to be is given back. */
export class RaceBudget {
  #bytes = RACE_BURST_BYTES;

  get isOpen(): boolean {
    return this.#bytes > 0;
  }

  /** Readers were served so much that was not here before. */
  served(bytes: number): void {
    this.#bytes = Math.min(RACE_BURST_BYTES, this.#bytes + bytes * RACED_PART);
  }

  /** Even into debt: one large piece still passes. */
  spend(bytes: number): void {
    this.#bytes -= bytes;
  }

  giveBack(bytes: number): void {
    this.#bytes = Math.min(RACE_BURST_BYTES, this.#bytes + bytes);
  }
}

/** What the engine learnt from the wishes of all readers. */
export class HedgeTimes {
  readonly peers = new RecentTimes();
  readonly budget = new RaceBudget();
  readonly #origin = new RecentTimes();
  /** When each fetch began that has brought nothing yet, oldest first. */
  readonly #asked = new Map<number, number>();

  asked(fetch: number, now: number): void {
    this.#asked.set(fetch, now);
  }

  /** Its first piece came, or it is over. */
  answered(fetch: number, came: boolean, now: number): void {
    const at = this.#asked.get(fetch);
    if (at === undefined) return;
    this.#asked.delete(fetch);
    if (came) this.#origin.seen(now - at);
  }

  /** What the web seed takes until the first piece; not less than what we are waiting for it now, while that may be. */
  originMs(now: number): number | undefined {
    const [oldest] = this.#asked.values();
    const known = this.#origin.high;
    if (oldest === undefined) return known;
    return Math.max(known ?? 0, Math.min(now - oldest, MAX_WAITED_MS));
  }

  /** It takes longer than a peer is waited for: its uplink is busy. */
  isOriginSlow(now: number, ceilingMs: number): boolean {
    return (this.originMs(now) ?? 0) > ceilingMs;
  }

  /** The same of what has come. */
  get originHigh(): number | undefined {
    return this.#origin.high;
  }
}

/**
 * `held`: a linked node has the piece. `coming`: one that began before us is fetching it. `unknown`: nodes are being
 * asked whether they know the torrent. `nobody`: none of these.
 */
export type PeersView = 'held' | 'coming' | 'unknown' | 'nobody';

export interface HedgeView {
  readonly peers: PeersView;
  /** From asking a peer for a block that a reader waits for until it came, at its 95th percentile; undefined: not seen yet. */
  readonly peerMs: number | undefined;
  /** The same from asking the web seed until its first piece came. */
  readonly originMs: number | undefined;
  /** The budget for races is not used up, and the origin is not busy: else a race only makes it later still. */
  readonly mayRace: boolean;
  /** Longest wait for a peer that has the piece, as long as races may be had. */
  readonly ceilingMs: number;
}

/** What peers took lately, and a little longer. */
export function learntWaitMs(peerMs: number | undefined, ceilingMs: number): number {
  return Math.min(Math.max((peerMs ?? ceilingMs) * SLACK + SLACK_MS, LOWEST_MS), ceilingMs);
}

/** @returns milliseconds from when the wish was made, or a peer was asked, until the web seed is asked too */
export function hedgeMs({ peers, peerMs, originMs, mayRace, ceilingMs }: HedgeView): number {
  const learntMs = learntWaitMs(peerMs, ceilingMs);
  switch (peers) {
    case 'nobody':
      return 0;
    case 'unknown':
      return mayRace ? 0 : patientMs(originMs, ceilingMs);
    case 'held':
      return mayRace ? learntMs : patientMs(originMs, ceilingMs);
    case 'coming':
      return (mayRace ? (originMs ?? ceilingMs) : patientMs(originMs, ceilingMs)) + learntMs;
    default:
      return peers satisfies never;
  }
}

/** What the origin takes, twice: a peer that is slower than that is slower than no swarm. */
export function patientMs(originMs: number | undefined, ceilingMs: number): number {
  return Math.max(ceilingMs, 2 * (originMs ?? 0));
}
