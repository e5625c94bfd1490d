/** Which purges each edge has acknowledged, and the wait of an admin's request for them (PU2, PU3 of docs/PROTOCOL.md). */
import type { EdgeAcknowledgement } from '../../shared/api-types/status.ts';
import { setDeadline } from '../../shared/node/process/deadline.ts';
import type { PeerId } from '../../shared/units.ts';
import type { EdgeHold, EdgeRegistry, EdgeSeat } from './edge-registry.ts';

export interface AcknowledgementsParts {
  readonly registry: Pick<EdgeRegistry, 'seats' | 'acknowledged' | 'onChange'>;
  /** Number of the log's last entry. */
  readonly head: () => number;
  /** How long a request waits for edges that are linked. */
  readonly waitMs: number;
  /** Monotonic, ms, as the registry has it. */
  readonly now: () => number;
}

/** What an edge that did not acknowledge will do. */
const LATER =
  'will catch up before it serves; while it cannot reach the origin it serves what it has' as const;

export class Acknowledgements {
  readonly #parts: AcknowledgementsParts;
  readonly #waits = new Set<() => void>();

  constructor(parts: AcknowledgementsParts) {
    this.#parts = parts;
    parts.registry.onChange(() => this.#changed());
  }

  /**
   * Every entry up to `entry` is on disk at this edge, and in effect. Beyond our head it is an entry of another log: this
   * one was restored from a backup, and what comes under that number is not what the edge has.
   */
  received(hold: EdgeHold, entry: number): void {
    if (entry > this.#parts.head()) return;
    this.#parts.registry.acknowledged(hold, entry);
    this.#changed();
  }

  /**
   * Waits until every edge that is linked now has acknowledged the entry, or went, or the time is over.
   * @param sinceMs when the work began, of `now`
   */
  of(entry: number, sinceMs: number): Promise<readonly EdgeAcknowledgement[]> {
    const { registry, waitMs, now } = this.#parts;
    const afterMs = new Map<PeerId, number>();
    const linked = registry.seats(now()).filter(({ isLinked }) => isLinked);
    const waitedFor = new Set(linked.map(({ peerId }) => peerId));
    return new Promise((resolve) => {
      const look = () => {
        const seats = registry.seats(now());
        for (const seat of seats)
          if (seat.acknowledged >= entry && !afterMs.has(seat.peerId))
            afterMs.set(seat.peerId, now() - sinceMs);
        const isWaited = ({ peerId, isLinked }: EdgeSeat) =>
          isLinked && waitedFor.has(peerId) && !afterMs.has(peerId);
        if (!seats.some(isWaited)) done();
      };
      const done = () => {
        limit.clear();
        this.#waits.delete(look);
        resolve(registry.seats(now()).map((seat) => answerOf(seat, afterMs.get(seat.peerId))));
      };
      const limit = setDeadline(waitMs, done);
      this.#waits.add(look);
      look();
    });
  }

  #changed(): void {
    for (const look of this.#waits) look();
  }
}

function answerOf({ name, peerId }: EdgeSeat, afterMs: number | undefined): EdgeAcknowledgement {
  if (afterMs === undefined) return { name, id: peerId, acknowledged: false, afterMs: null, detail: LATER };
  return { name, id: peerId, acknowledged: true, afterMs: Math.round(afterMs * 10) / 10 };
}
