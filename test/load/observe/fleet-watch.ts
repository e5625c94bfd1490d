/** Asks the nodes' `/status` while a mode runs. Counters begin anew when a node is killed; what they told is kept. */
import type { NodeStatus } from '../../../shared/api-types/status.ts';
import type { LoadFleet } from '../nodes/load-fleet.ts';

const EVERY_MS = 500;

type Watched = Pick<LoadFleet, 'shopNodes' | 'tellsStatus' | 'statusOf'>;

interface Seen {
  peers: number;
  webSeed: number;
  raced: number;
  lastPeers: number;
  lastWebSeed: number;
  lastRaced: number;
  /** Unix ms; undefined: not complete when last seen. */
  completeAtMs: number | undefined;
}

/** Payload bytes. */
export interface Taken {
  readonly peers: number;
  readonly webSeed: number;
  /** Came twice to one edge, because it asked the origin and a peer for a shopper. */
  readonly raced: number;
}

export class FleetWatch {
  readonly #fleet: Watched;
  readonly #seen = new Map<number, Seen>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();

  private constructor(fleet: Watched) {
    this.#fleet = fleet;
  }

  /** What came before counts for nothing. */
  static async start(fleet: Watched): Promise<FleetWatch> {
    const watch = new FleetWatch(fleet);
    await watch.#look();
    for (const seen of watch.#seen.values()) {
      seen.peers = 0;
      seen.webSeed = 0;
      seen.raced = 0;
    }
    watch.#timer = setInterval(() => {
      watch.#round = watch.#round.then(() => watch.#look());
    }, EVERY_MS);
    return watch;
  }

  /** By all edges together, while shoppers came. */
  get taken(): Taken {
    const all = [...this.#seen.values()];
    return {
      peers: all.reduce((sum, { peers }) => sum + peers, 0),
      webSeed: all.reduce((sum, { webSeed }) => sum + webSeed, 0),
      raced: all.reduce((sum, { raced }) => sum + raced, 0),
    };
  }

  /** Unix ms when the last edge held everything; undefined: not yet, or one was never heard of. */
  get completeAtMs(): number | undefined {
    const all = this.#fleet.shopNodes.map((node) => this.#seen.get(node)?.completeAtMs);
    return all.some((at) => at === undefined) ? undefined : Math.max(...(all as number[]));
  }

  /** Looks once more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
    await this.#look();
  }

  async #look(): Promise<void> {
    if (!this.#fleet.tellsStatus) return;
    await Promise.all(
      this.#fleet.shopNodes.map(async (node) => {
        const status = await this.#fleet.statusOf(node);
        if (status?.role === 'edge') this.#note(node, status);
      }),
    );
  }

  #note(node: number, { bytes, images }: NodeStatus): void {
    const seen = this.#seen.get(node) ?? {
      peers: 0,
      webSeed: 0,
      raced: 0,
      lastPeers: 0,
      lastWebSeed: 0,
      lastRaced: 0,
      completeAtMs: undefined,
    };
    this.#seen.set(node, seen);
    seen.peers += grown(seen.lastPeers, bytes.fromPeers);
    seen.webSeed += grown(seen.lastWebSeed, bytes.fromOrigin);
    seen.lastPeers = bytes.fromPeers;
    seen.lastWebSeed = bytes.fromOrigin;
    seen.raced += grown(seen.lastRaced, bytes.raced ?? 0);
    seen.lastRaced = bytes.raced ?? 0;
    const isComplete = images.known > 0 && images.complete === images.known;
    seen.completeAtMs = isComplete ? (seen.completeAtMs ?? Date.now()) : undefined;
  }
}

/** A counter that is lower than it was has begun anew. */
export const grown = (before: number, now: number): number => (now < before ? now : now - before);
