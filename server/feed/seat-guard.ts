/**
 * Two edges with one peer id: the data folder of one was copied. Let in as an edge that comes back is, each put the other
 * out, three times a second, and neither was told why. So an edge whose socket is open is asked before its seat is given away.
 */
import type { PeerId } from '../../shared/units.ts';
import type { Refusal } from './admission.ts';
import type { EdgeArrival, EdgeHold, EdgeRegistry } from './edge-registry.ts';

/** Two edges with one peer id, each with its name and where its socket comes from. */
export interface EdgeTwins {
  readonly peerId: PeerId;
  readonly edge: string | undefined;
  readonly address: string;
  readonly refused: string;
  readonly refusedAddress: string;
}

export interface SeatHolder {
  readonly ip: string;
  readonly hold: EdgeHold | undefined;
  readonly isStreaming: boolean;
  /** Whether its edge is there. */
  answers(): Promise<boolean>;
}

export interface SeatGuardParts {
  readonly registry: Pick<EdgeRegistry, 'holds' | 'seats'>;
  readonly sessions: Iterable<SeatHolder>;
  /** Monotonic ms, as the registry has it. */
  now(): number;
  /** Told of once each while the first stays: the other comes again and again. */
  onTwin(twins: EdgeTwins): void;
}

/** Shown to whoever runs the edge. */
const SEAT_TAKEN: Refusal = {
  code: 'feed_seat_taken',
  message:
    'another edge, which answers, has this peer id: if the data folder of one was copied to the other, end one of the two, delete the file peer-id in its data folder and start it again',
};

export class SeatGuard {
  readonly #parts: SeatGuardParts;
  readonly #told = new WeakSet<SeatHolder>();

  constructor(parts: SeatGuardParts) {
    this.#parts = parts;
  }

  /** @returns undefined when the seat is free, or nobody answers there */
  async judge(arrival: EdgeArrival): Promise<Refusal | undefined> {
    const holder = this.#holderOf(arrival.peerId);
    if (holder === undefined || !(await holder.answers())) return undefined;
    if (!this.#told.has(holder)) this.#tell(holder, arrival);
    return SEAT_TAKEN;
  }

  #holderOf(peerId: PeerId): SeatHolder | undefined {
    const { registry, sessions } = this.#parts;
    for (const session of sessions)
      if (session.isStreaming && session.hold?.peerId === peerId && registry.holds(session.hold))
        return session;
    return undefined;
  }

  #tell(holder: SeatHolder, { peerId, name, socketIp }: EdgeArrival): void {
    const { registry, now, onTwin } = this.#parts;
    this.#told.add(holder);
    const edge = registry.seats(now()).find((seat) => seat.peerId === peerId)?.name;
    onTwin({ peerId, edge, address: holder.ip, refused: name, refusedAddress: socketIp });
  }
}
