/**
 * What edges announce over their feed sockets, and the news of other peers that goes back (rules FA1 to FA4 of
 * docs/PROTOCOL.md). Stands between feed sessions, which know sockets, and the tracker, which knows swarms.
 */
import type { AnnounceFrame } from '../../shared/feed/announce-frames.ts';
import { encodeServerFrame } from '../../shared/feed/server-frame.ts';
import type { PeerAddress } from '../../shared/tracker/compact.ts';
import { FleetSets, type Seat, type ToldSet } from '../../shared/tracker/fleet-sets.ts';
import { PeerNews } from '../../shared/tracker/peer-news.ts';
import type { SwarmPeer } from '../../shared/tracker/swarm.ts';
import type { PeerId } from '../../shared/units.ts';
import type { EdgeHold } from '../feed/edge-registry.ts';

export interface FleetAnnouncesLimits {
  /** An edge whose socket breaks dials again within 250 ms, and most that come back are back after two dials. */
  readonly graceMs: number;
  /** A stock client announces a dozen torrents in a row: they make one frame. */
  readonly newsEveryMs: number;
}

export const FLEET_ANNOUNCES_LIMITS: FleetAnnouncesLimits = { graceMs: 2_500, newsEveryMs: 500 };

/** A feed session, as far as news go. */
export interface NewsSocket {
  /** Whether it takes a frame now; one with a backlog is told later. */
  readonly hasRoom: boolean;
  sendText(text: string): void;
}

interface Joined {
  readonly hold: EdgeHold;
  readonly socket: NewsSocket;
  readonly seat: Seat;
  readonly news: PeerNews;
}

export class FleetAnnounces {
  readonly sets: FleetSets;
  readonly #limits: FleetAnnouncesLimits;
  readonly #head: () => number;
  readonly #joined = new Map<PeerId, Joined>();
  readonly #expiring = new Set<NodeJS.Timeout>();
  #newsTimer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Told of every set that an edge has or wants by a frame. The tracker is the one who listens. */
  onTold: (seat: Seat, sets: readonly ToldSet[]) => void = () => {};

  /** @param head number of the last entry of the log */
  constructor(head: () => number, limits: Partial<FleetAnnouncesLimits> = {}) {
    this.#limits = { ...FLEET_ANNOUNCES_LIMITS, ...limits };
    this.#head = head;
    this.sets = new FleetSets(this.#limits.graceMs);
  }

  /** An edge was admitted on this socket, under this address. */
  joined(hold: EdgeHold, address: PeerAddress, socket: NewsSocket): void {
    const seat = this.sets.open(hold.peerId, address);
    if (seat) this.#joined.set(hold.peerId, { hold, socket, seat, news: new PeerNews() });
  }

  received(hold: EdgeHold, frame: AnnounceFrame): void {
    const joined = this.#of(hold);
    if (joined) this.onTold(joined.seat, this.sets.apply(hold.peerId, frame, this.#head()));
  }

  /** The socket is gone; a newer one of the same edge is not touched. */
  left(hold: EdgeHold): void {
    if (!this.#of(hold)) return;
    this.#joined.delete(hold.peerId);
    const now = performance.now();
    const goesAt = this.sets.lost(hold.peerId, now);
    const timer = setTimeout(
      () => {
        this.#expiring.delete(timer);
        this.sets.expire(goesAt);
      },
      Math.ceil(goesAt - now),
    );
    timer.unref();
    if (this.#closed) clearTimeout(timer);
    else this.#expiring.add(timer);
  }

  /** Peers outside the fleet, for an edge that is in this set's swarm. */
  tell(peerId: PeerId, number: number, peers: readonly SwarmPeer[]): void {
    const joined = this.#joined.get(peerId);
    if (!joined || peers.length === 0 || this.#closed) return;
    joined.news.add(number, peers, joined.seat.asSeed.network);
    this.#newsTimer ??= setTimeout(() => this.#sendNews(), this.#limits.newsEveryMs);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#newsTimer);
    for (const timer of this.#expiring) clearTimeout(timer);
  }

  #of(hold: EdgeHold): Joined | undefined {
    const joined = this.#joined.get(hold.peerId);
    return joined?.hold.generation === hold.generation ? joined : undefined;
  }

  #sendNews(): void {
    this.#newsTimer = undefined;
    for (const { news, socket } of this.#joined.values()) {
      const frame = socket.hasRoom ? news.take() : undefined;
      if (frame) socket.sendText(encodeServerFrame(frame));
      if (!news.isEmpty) this.#newsTimer ??= setTimeout(() => this.#sendNews(), this.#limits.newsEveryMs);
    }
  }
}
